//! Instance classes: which is the smallest that serves.

use super::{InstanceClass, ProviderCatalog};

const MB: u128 = 1_000_000;
const MIB: u128 = 1 << 20;

impl InstanceClass {
    /// Its CPU in tenths of a vCPU.
    #[must_use]
    pub fn cpu_tenths(&self) -> u64 {
        u64::from(self.vcpu) * 10
    }

    /// Its memory in MB (10^6 bytes), rounded down.
    #[must_use]
    pub fn memory_mb(&self) -> u64 {
        u64::try_from(u128::from(self.memory_mib) * MIB / MB).unwrap_or(u64::MAX)
    }

    fn serves(&self, cpu_tenths: u64, memory_mb: u64) -> bool {
        self.cpu_tenths() >= cpu_tenths && u128::from(self.memory_mib) * MIB >= u128::from(memory_mb) * MB
    }
}

impl ProviderCatalog {
    /// The first class in the catalogue's order (cheapest first) with at least so much of both.
    ///
    /// # Errors
    /// A sentence with the limits where no class has.
    pub fn class_for(&self, cpu_tenths: u64, memory_mb: u64) -> Result<&InstanceClass, String> {
        self.classes.iter().find(|class| class.serves(cpu_tenths, memory_mb)).ok_or_else(|| {
            let most = |of: fn(&InstanceClass) -> u64| self.classes.iter().map(of).max().unwrap_or_default();
            let (cpu, memory) = (most(InstanceClass::cpu_tenths), most(InstanceClass::memory_mb));
            let both = if cpu_tenths <= cpu && memory_mb <= memory { ", but not both together" } else { "" };
            format!(
                "No instance class has cpu {cpu_tenths} and memory {memory_mb}: plan.parameters.cpu can be at \
                 most {cpu} (tenths of a vCPU) and plan.parameters.memory at most {memory} (MB){both}."
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Catalog;
    use crate::model::Provider;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn never_smaller_than_asked_and_never_a_later_class_than_needed(cpu in 1_u64..900, memory in 1_u64..600_000) {
            let catalog = Catalog::builtin();
            let catalog = catalog.provider(Provider::Postgres);
            match catalog.class_for(cpu, memory) {
                Ok(class) => {
                    prop_assert!(class.cpu_tenths() >= cpu && class.memory_mb() >= memory);
                    let earlier = catalog.classes.iter().take_while(|other| other.name != class.name);
                    for other in earlier {
                        prop_assert!(other.cpu_tenths() < cpu || other.memory_mb() < memory);
                    }
                }
                Err(sentence) => {
                    prop_assert!(catalog.classes.iter().all(|c| c.cpu_tenths() < cpu || c.memory_mb() < memory));
                    prop_assert!(sentence.contains("at most 640 (tenths of a vCPU)"), "{}", sentence);
                }
            }
        }
    }

    #[test]
    fn the_ladder_of_plans_gets_the_burstable_classes() {
        let catalog = Catalog::builtin();
        let catalog = catalog.provider(Provider::Postgres);
        let class = |cpu, memory| catalog.class_for(cpu, memory).unwrap().name.clone();
        assert_eq!(class(5, 512), "db.t4g.micro");
        assert_eq!(class(10, 1024), "db.t4g.micro");
        assert_eq!(class(10, 1073), "db.t4g.micro");
        assert_eq!(class(10, 1074), "db.t4g.small");
        assert_eq!(class(20, 4096), "db.t4g.medium");
        assert_eq!(class(21, 512), "db.t4g.xlarge");
    }
}
