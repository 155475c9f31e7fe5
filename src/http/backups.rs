//! `/backups/…`: declared as not supported.

use crate::error::{Error, Kind};

/// `501` for every call about backups.
pub(super) async fn backups() -> Error {
    Error::new(Kind::NotSupported, "Backups are not supported by this provider.")
}
