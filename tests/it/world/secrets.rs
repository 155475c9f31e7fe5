//! Secrets Manager over the state. An ARN is `arn:…:secret:<name>-ABCDEF`.

use std::sync::{Arc, Mutex};

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::operation::create_secret::{CreateSecretError, CreateSecretOutput};
use aws_sdk_secretsmanager::operation::delete_secret::{DeleteSecretError, DeleteSecretOutput};
use aws_sdk_secretsmanager::operation::describe_secret::{DescribeSecretError, DescribeSecretOutput};
use aws_sdk_secretsmanager::operation::get_secret_value::{GetSecretValueError, GetSecretValueOutput};
use aws_sdk_secretsmanager::operation::list_secrets::{ListSecretsError, ListSecretsOutput};
use aws_sdk_secretsmanager::operation::put_secret_value::{PutSecretValueError, PutSecretValueOutput};
use aws_smithy_mocks::{MockResponse, RuleMode, mock, mock_client};

use super::{State, failure};

macro_rules! enter {
    ($state:expr, $operation:literal, $error:ident) => {{
        let mut state = $state.lock().unwrap();
        if let Err(meta) = state.enter($operation) {
            return MockResponse::Error($error::generic(meta));
        }
        state
    }};
}

pub(super) fn client(state: &Arc<Mutex<State>>) -> Client {
    let world = Arc::clone(state);
    let create = mock!(Client::create_secret).then_compute_response(move |input| {
        let mut state = enter!(world, "CreateSecret", CreateSecretError);
        let arn = format!(
            "arn:aws:secretsmanager:eu-central-1:123456789012:secret:{}-ABCDEF",
            input.name().unwrap()
        );
        let version = input.client_request_token().unwrap().to_owned();
        let value = input.secret_string().unwrap().to_owned();
        state.secrets.entry(arn.clone()).or_default().insert(version, value);
        MockResponse::Output(CreateSecretOutput::builder().arn(arn).build())
    });
    let world = Arc::clone(state);
    let put = mock!(Client::put_secret_value).then_compute_response(move |input| {
        let mut state = enter!(world, "PutSecretValue", PutSecretValueError);
        let version = input.client_request_token().unwrap().to_owned();
        let value = input.secret_string().unwrap().to_owned();
        state.secrets.get_mut(input.secret_id().unwrap()).unwrap().insert(version, value);
        MockResponse::Output(PutSecretValueOutput::builder().build())
    });
    let world = Arc::clone(state);
    let get = mock!(Client::get_secret_value).then_compute_response(move |input| {
        let state = enter!(world, "GetSecretValue", GetSecretValueError);
        let versions = state.secrets.get(input.secret_id().unwrap());
        // Without a version the current one: here the only one, of a secret that a test keeps.
        let value = versions.and_then(|versions| match input.version_id() {
            Some(version) => versions.get(version),
            None => versions.values().last(),
        });
        match value {
            Some(value) => MockResponse::Output(GetSecretValueOutput::builder().secret_string(value).build()),
            None => {
                let meta =
                    failure("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
                MockResponse::Error(GetSecretValueError::generic(meta))
            }
        }
    });
    let world = Arc::clone(state);
    let delete = mock!(Client::delete_secret).then_compute_response(move |input| {
        let mut state = enter!(world, "DeleteSecret", DeleteSecretError);
        state.secrets.remove(input.secret_id().unwrap());
        MockResponse::Output(DeleteSecretOutput::builder().build())
    });
    let world = Arc::clone(state);
    let describe = mock!(Client::describe_secret).then_compute_response(move |input| {
        let state = enter!(world, "DescribeSecret", DescribeSecretError);
        if !state.secrets.contains_key(input.secret_id().unwrap()) {
            let meta =
                failure("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
            return MockResponse::Error(DescribeSecretError::generic(meta));
        }
        MockResponse::Output(DescribeSecretOutput::builder().build())
    });
    let world = Arc::clone(state);
    let list = mock!(Client::list_secrets).then_compute_response(move |_| {
        let _state = enter!(world, "ListSecrets", ListSecretsError);
        MockResponse::Output(ListSecretsOutput::builder().build())
    });
    mock_client!(
        aws_sdk_secretsmanager,
        RuleMode::MatchAny,
        [&create, &put, &get, &delete, &describe, &list],
        |config| config.retry_config(RetryConfig::disabled())
    )
}
