//! Tokens as they are written down.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

/// The tokens of a file.
///
/// # Errors
/// What is wrong with it, as the end of a sentence that begins with its name.
pub fn read_file(file: &Path) -> Result<Vec<SecretString>, String> {
    let text = std::fs::read_to_string(file).map(SecretString::from);
    let text = text.map_err(|error| format!("cannot be read: {error}"))?;
    parse(text.expose_secret()).map_err(str::to_owned)
}

/// The tokens of a text: a JSON array of them, or one per line or between commas.
///
/// # Errors
/// What is wrong with it, as the end of a sentence that begins with its name.
pub fn parse(text: &str) -> Result<Vec<SecretString>, &'static str> {
    let text = text.trim();
    let tokens: Vec<SecretString> = if text.starts_with('[') {
        serde_json::from_str::<Vec<String>>(text)
            .map_err(|_| "must be a JSON array of strings, or one token per line")?
            .into_iter()
            .map(SecretString::from)
            .collect()
    } else {
        let parts = text.split([',', '\n', '\r']).map(str::trim).filter(|part| !part.is_empty());
        parts.map(SecretString::from).collect()
    };
    if tokens.is_empty() {
        return Err("must hold at least one token: requests are not answered without");
    }
    let usable = |token: &SecretString| {
        let token = token.expose_secret();
        !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if !tokens.iter().all(usable) {
        return Err("must hold printable ASCII without blanks only");
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, &'static str> {
        parse(text).map(|tokens| tokens.iter().map(|token| token.expose_secret().to_owned()).collect())
    }

    #[test]
    fn tokens_stand_between_commas_on_lines_or_in_a_json_array() {
        for text in ["one,two", " one , two ,", "one\ntwo\n", "one\r\n\r\ntwo", r#"["one", "two"]"#] {
            assert_eq!(read(text).unwrap(), ["one", "two"], "{text:?}");
        }
        for text in ["", " \n ", "[]", ",,"] {
            assert!(read(text).unwrap_err().contains("at least one"), "{text:?}");
        }
        for text in ["with blank", "ümlaut", r#"["a b"]"#, r#"[""]"#] {
            assert!(read(text).unwrap_err().contains("printable"), "{text:?}");
        }
        for text in ["[1]", r#"["open"#, r#"[{"token": "x"}]"#] {
            assert!(read(text).unwrap_err().contains("JSON array"), "{text:?}");
        }
    }
}
