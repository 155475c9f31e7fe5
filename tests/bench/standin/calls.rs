//! The calls that were made, one by one.

use std::collections::BTreeMap;
use std::time::Instant;

/// What a call of DescribeDBInstances asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// The first page of all instances.
    First,
    /// A further page.
    Further,
    /// Instances by name.
    Named,
}

/// A call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    /// When it arrived.
    pub(crate) at: Instant,
    /// What it asks for, where that is instances.
    pub(crate) asks: Asks,
    /// Whether it was answered, and not throttled.
    pub(crate) taken: bool,
}

/// All calls, by operation.
#[derive(Debug, Default)]
pub(crate) struct Calls(BTreeMap<String, Vec<Call>>);

impl Calls {
    pub(super) fn note(&mut self, at: Instant, operation: &str, asks: Asks, taken: bool) {
        let call = Call { at, asks, taken };
        self.0.entry(operation.to_owned()).or_default().push(call);
    }

    /// Those of one operation, in the order in which they came.
    pub(crate) fn of(&self, operation: &str) -> &[Call] {
        self.0.get(operation).map_or(&[], Vec::as_slice)
    }

    /// All, in no order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Call> {
        self.0.values().flatten()
    }

    /// Those of DescribeDBInstances.
    pub(crate) fn describes(&self) -> &[Call] {
        self.of("DescribeDBInstances")
    }

    /// How many there were of each operation, and how many were throttled, in words.
    pub(crate) fn summary(&self) -> String {
        let throttled = self.0.values().flatten().filter(|call| !call.taken).count();
        let counts = self.0.iter().map(|(operation, calls)| format!("{operation} {}", calls.len()));
        format!("{}; {throttled} throttled", counts.collect::<Vec<_>>().join(", "))
    }
}
