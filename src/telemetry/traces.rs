//! Traces by OTLP over HTTP, to whoever the standard variables of OpenTelemetry name. What they hold is in
//! [`crate::spans`] alone.

use anyhow::Context;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::LookupSpan;

use crate::config::Collector;
use crate::spans;

/// Sends spans in batches, from a thread of its own. A collector that does not answer holds up nobody: what it does not
/// take is lost.
#[derive(Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
}

impl Traces {
    /// Starts. The exporter reads where to from the variables of OpenTelemetry, which [`Collector`] has checked.
    ///
    /// # Errors
    /// Where the exporter cannot use them.
    pub(super) fn start(collector: &Collector) -> anyhow::Result<Self> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .build()
            .context("traces cannot be sent")?;
        let resource = Resource::builder().with_service_name(collector.service_name.clone()).build();
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
        Ok(Self { provider })
    }

    /// Takes the spans of [`crate::spans`], whatever is logged.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer(env!("CARGO_PKG_NAME")))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_filter(filter_fn(|span| span.target() == spans::TARGET))
    }

    /// Sends what is left, within the exporter's own time limit. Outside of any runtime.
    pub fn stop(self) {
        if let Err(error) = self.provider.shutdown() {
            tracing::warn!(error = %error, "The last traces were not sent");
        }
    }
}
