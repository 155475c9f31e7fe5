//! What the snapshot keeps of an instance: packed, with the few facts that every round asks for beside it.
//!
//! Ten thousand descriptions, as they are worked with, are ten times as large as what they say. Nearly all of
//! them are at rest, and nobody looks at more of them than these facts and the document.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwapOption;

use super::known::Known;
use super::packed::Packed;
use super::refresh::Moment;
use super::status;
use super::sweep::found::Findings;
use crate::decide::Why;
use crate::model::{BrokerName, Catalog, Instance, Meaning, Provider};

/// An instance as last described.
#[derive(Debug)]
pub(crate) struct Kept {
    packed: Packed,
    /// The provider under whose path it is; `None` for what is not ours.
    pub(crate) provider: Option<Provider>,
    /// Whether nothing about it is expected to change by itself.
    pub(crate) is_settled: bool,
    /// Whether RDS is deleting it.
    pub(crate) is_deleting: bool,
    /// Whether its status needs an operator, or is one that nobody here knows.
    pub(crate) is_noteworthy: bool,
    /// When someone last asked for it.
    pub(crate) asked: Moment,
    /// Its phase, where it is at rest: nothing to do and nothing to wait for, whatever the time.
    pub(crate) resting: Option<&'static str>,
    /// Its status document as JSON, once it was asked for and where it stays true.
    pub(crate) document: OnceLock<Box<[u8]>>,
    /// Its status document as it was last rendered, where it does not.
    pub(crate) passing: ArcSwapOption<Passing>,
}

/// A status document that does not last: it also says what its worker waits for, or what the sweep has found.
#[derive(Debug)]
pub(crate) struct Passing {
    pub(crate) note: Option<Arc<Why>>,
    pub(crate) found: Arc<Findings>,
    /// Seconds since 1970: what is tried again, and when, goes by them.
    pub(crate) at: u64,
    pub(crate) document: Box<[u8]>,
}

impl Passing {
    /// Whether it would be rendered the same again.
    pub(crate) fn holds(&self, note: Option<&Arc<Why>>, found: &Arc<Findings>, at: u64) -> bool {
        let same_note = match (&self.note, note) {
            (None, None) => true,
            (Some(own), Some(note)) => Arc::ptr_eq(own, note),
            _ => false,
        };
        same_note && self.at == at && Arc::ptr_eq(&self.found, found)
    }
}

impl Kept {
    pub(crate) fn new(known: &Known) -> Self {
        let status = &known.instance.status;
        Self {
            packed: Packed::new(&known.instance),
            provider: known.provider(),
            is_settled: known.is_settled(),
            is_deleting: status.meaning() == Meaning::Deleting,
            is_noteworthy: !status.is_known() || status.needs_help(),
            asked: Moment::default(),
            resting: known.is_at_rest().then(|| status::phase(known, 0)),
            document: OnceLock::new(),
            passing: ArcSwapOption::empty(),
        }
    }

    /// Whether it says the same as a newer description.
    pub(crate) fn says(&self, instance: &Instance) -> bool {
        self.packed.is(instance)
    }

    /// The instance.
    pub(crate) fn instance(&self) -> Instance {
        self.packed.instance()
    }

    /// The instance with all that its tags say.
    pub(crate) fn open(&self, broker: &BrokerName, catalog: &Catalog) -> Known {
        Known::new(self.instance(), broker, catalog)
    }

    /// Whether it is a service under this provider's path.
    pub(crate) fn is_of(&self, provider: Provider) -> bool {
        self.provider == Some(provider)
    }
}
