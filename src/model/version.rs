//! Engine versions: how `16.9` and `16.14` compare.

use std::cmp::Ordering;

/// Compares two versions number by number; a version that ends early is a prefix of the other
/// and compares equal to it, as `16` to `16.14` (RDS accepts and resolves major-only versions).
#[must_use]
pub fn compare(left: &str, right: &str) -> Ordering {
    let number = |part: &str| part.parse::<u64>().unwrap_or(0);
    left.split('.')
        .zip(right.split('.'))
        .map(|(left, right)| number(left).cmp(&number(right)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(compare("16.9", "16.14"), Ordering::Less);
        assert_eq!(compare("17.1", "16.14"), Ordering::Greater);
        assert_eq!(compare("16", "16.14"), Ordering::Equal);
        assert_eq!(compare("8.0.43", "8.4.6"), Ordering::Less);
    }
}
