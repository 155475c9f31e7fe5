//! Which engine version leads to which, as RDS tells it, and the way between two of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::version::compare;

/// `ValidUpgradeTarget` of every version of one engine that RDS offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upgrades {
    targets: BTreeMap<String, BTreeSet<String>>,
}

impl Upgrades {
    /// From what DescribeDBEngineVersions says: each version with what it can be upgraded to directly.
    #[must_use]
    pub fn new(targets: BTreeMap<String, BTreeSet<String>>) -> Self {
        Self { targets }
    }

    /// The next version on the shortest way; `None` where there is none.
    #[must_use]
    pub fn next_hop(&self, from: &str, to: &str) -> Option<&str> {
        // The first hop by which each version is reached; nearer ones and newer ones first.
        let mut ways: BTreeMap<&str, &str> = BTreeMap::new();
        let mut queue: VecDeque<(&str, &str)> = VecDeque::new();
        for next in self.newest_first(from) {
            queue.push_back((next, next));
        }
        while let Some((version, hop)) = queue.pop_front() {
            if version == to {
                return Some(hop);
            }
            if ways.contains_key(version) {
                continue;
            }
            ways.insert(version, hop);
            queue.extend(self.newest_first(version).into_iter().map(|next| (next, hop)));
        }
        None
    }

    /// Every version that can be reached from this one, in however many hops.
    #[must_use]
    pub fn reachable(&self, from: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut queue = self.newest_first(from);
        while let Some(version) = queue.pop() {
            if found.insert(version) {
                queue.extend(self.newest_first(version));
            }
        }
        found
    }

    /// Whether RDS says anything about a version.
    #[must_use]
    pub fn knows(&self, version: &str) -> bool {
        self.targets.contains_key(version)
    }

    fn newest_first(&self, version: &str) -> Vec<&str> {
        let mut targets: Vec<&str> =
            self.targets.get(version).into_iter().flatten().map(String::as_str).collect();
        targets.sort_by(|left, right| compare(right, left));
        targets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upgrades(table: &[(&str, &[&str])]) -> Upgrades {
        let row = |(from, to): &(&str, &[&str])| {
            ((*from).to_owned(), to.iter().map(|&version| version.to_owned()).collect())
        };
        Upgrades::new(table.iter().map(row).collect())
    }

    #[test]
    fn the_way_is_the_shortest_through_the_newest() {
        let upgrades = upgrades(&[
            ("14.1", &["14.2", "15.1", "16.1", "16.2"]),
            ("14.2", &["16.2"]),
            ("16.1", &["16.2", "18.1"]),
            ("16.2", &["18.1"]),
        ]);
        assert_eq!(upgrades.next_hop("14.1", "16.1"), Some("16.1"));
        assert_eq!(upgrades.next_hop("14.1", "18.1"), Some("16.2"));
        assert_eq!(upgrades.next_hop("16.2", "18.1"), Some("18.1"));
        assert_eq!(upgrades.next_hop("18.1", "16.2"), None);
        assert_eq!(upgrades.next_hop("15.1", "18.1"), None);
        assert_eq!(upgrades.next_hop("9.6", "18.1"), None);
        assert_eq!(upgrades.reachable("16.1"), BTreeSet::from(["16.2", "18.1"]));
    }

    #[test]
    fn a_circle_ends() {
        let upgrades = upgrades(&[("1.0", &["2.0"]), ("2.0", &["1.0"])]);
        assert_eq!(upgrades.next_hop("1.0", "3.0"), None);
        assert_eq!(upgrades.reachable("1.0").len(), 2);
    }
}
