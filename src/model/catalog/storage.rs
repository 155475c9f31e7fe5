//! Storage: what users ask in MB (10^6 bytes) is allocated in GiB (2^30 bytes).

const MB: u128 = 1_000_000;
const GIB: u128 = 1 << 30;
/// The smallest gp3 volume of RDS, in GiB (RDS user guide, "gp3 storage").
const LEAST_GIB: u32 = 20;
/// The largest, in GiB.
const MOST_GIB: u32 = 65_536;

/// The GiB to allocate for so many MB: rounded up, at least 20.
///
/// # Errors
/// A sentence with the limit for more than a gp3 volume can be.
pub fn storage_gib(megabytes: u64) -> Result<u32, String> {
    let gib = (u128::from(megabytes) * MB).div_ceil(GIB);
    match u32::try_from(gib) {
        Ok(gib) if gib <= MOST_GIB => Ok(gib.max(LEAST_GIB)),
        _ => Err(format!("plan.parameters.storage can be at most {} MB.", storage_mb(MOST_GIB))),
    }
}

/// The MB that so many GiB hold, rounded down.
#[must_use]
pub fn storage_mb(gib: u32) -> u64 {
    u64::try_from(u128::from(gib) * GIB / MB).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn gib_are_rounded_up_and_at_least_twenty() {
        // 20 GiB are 21,474.83648 MB.
        for (megabytes, gib) in
            [(1, 20), (10_240, 20), (21_474, 20), (21_475, 21), (25_600, 24), (153_600, 144)]
        {
            assert_eq!(storage_gib(megabytes), Ok(gib), "{megabytes} MB");
        }
        // 15,625 GiB are the first number of them that is a whole number of MB: 16,777,216.
        for (megabytes, gib) in [(16_777_215, 15_625), (16_777_216, 15_625), (16_777_217, 15_626)] {
            assert_eq!(storage_gib(megabytes), Ok(gib), "{megabytes} MB");
        }
        assert_eq!(storage_mb(20), 21_474);
        assert_eq!(storage_gib(storage_mb(MOST_GIB)), Ok(MOST_GIB));
        assert!(storage_gib(storage_mb(MOST_GIB) + 1).unwrap_err().contains("70368744 MB"));
        assert!(storage_gib(u64::MAX).is_err());
    }

    proptest! {
        #[test]
        fn never_smaller_than_asked_and_never_a_gib_too_much(megabytes in 1_u64..=70_368_744) {
            let gib = storage_gib(megabytes).unwrap();
            prop_assert!(u128::from(gib) * GIB >= u128::from(megabytes) * MB);
            prop_assert!(gib == LEAST_GIB || u128::from(gib - 1) * GIB < u128::from(megabytes) * MB);
        }
    }
}
