//! What a sweep found out about services that the descriptions of their instances do not show.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::Lane;
use crate::engine::Engine;
use crate::engine::create::retrying;
use crate::engine::snapshot::Snapshot;
use crate::error::chain;
use crate::model::desired::Target;
use crate::model::{Desired, ServiceId, Which};

/// About one service. A later sweep replaces it.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Found {
    /// A password that is gone from Secrets Manager.
    pub(in crate::engine) lost: Option<Which>,
    /// Its parameter group was changed by someone else.
    pub(in crate::engine) group: Option<ChangedGroup>,
}

/// All of them, by service.
pub(in crate::engine) type Findings = BTreeMap<ServiceId, Found>;

/// What someone else made of the parameter group of a service.
#[derive(Clone, Debug)]
pub(in crate::engine) struct ChangedGroup {
    /// The wish that it no longer matches; a newer one is brought about anyway.
    pub(in crate::engine) wish: String,
    /// What is set in it.
    pub(in crate::engine) parameters: BTreeMap<String, String>,
}

/// Of all services that are settled and have a parameter group of their own: those whose group holds other values. One
/// call for each, at the sweep's slow pace.
pub(super) async fn changed_groups(
    engine: &Engine,
    snapshot: &Snapshot,
) -> BTreeMap<ServiceId, ChangedGroup> {
    let before = engine.inner.found.load_full();
    let mut changed = BTreeMap::new();
    for (id, _, kept) in snapshot.services() {
        let known = engine.open(kept);
        let Some(Desired::Running(target)) = &known.desired else { continue };
        let name = &known.instance.parameter_group.name;
        if !target.done || target.parameters.is_empty() || !name.starts_with(&target.group_prefix) {
            continue;
        }
        let parameters = match retrying(|| engine.inner.aws.group_parameters(Lane::Read, name)).await {
            Ok(parameters) => parameters,
            // Nothing new is known of it.
            Err(failure) => {
                tracing::warn!(service.id = %id, error = %chain(&failure), "A parameter group could not be looked into");
                let known = before.get(&id).and_then(|found| found.group.clone());
                changed.extend(known.map(|group| (id, group)));
                continue;
            }
        };
        if let Some(parameters) = parameters.filter(|parameters| differ(target, parameters)) {
            tracing::warn!(service.id = %id, group.name = %name, "Someone changed a parameter group of the broker's");
            changed.insert(id, ChangedGroup { wish: target.wish.clone(), parameters });
        }
    }
    changed
}

/// Both findings, by service.
pub(super) fn of(lost: &BTreeSet<(ServiceId, Which)>, groups: BTreeMap<ServiceId, ChangedGroup>) -> Findings {
    let mut found = Findings::new();
    for &(id, which) in lost {
        found.entry(id).or_default().lost = Some(which);
    }
    for (id, group) in groups {
        found.entry(id).or_default().group = Some(group);
    }
    found
}

fn differ(target: &Target, parameters: &BTreeMap<String, String>) -> bool {
    let wanted = target.parameters.iter().map(|(name, wanted)| (name, &wanted.value));
    !wanted.eq(parameters.iter())
}
