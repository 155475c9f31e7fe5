//! An instance with all that its tags say, for whoever decides or writes about it.

use crate::decide::{Evidence, Step, decide};
use crate::model::desired::Target;
use crate::model::{BrokerName, Catalog, Desired, Instance, Meaning, Observed, Owner, Provider, Record};

/// An instance, whose it is, and what its tags ask for.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) instance: Instance,
    pub(crate) owner: Owner,
    pub(crate) desired: Option<Desired>,
}

impl Known {
    pub(crate) fn new(instance: Instance, broker: &BrokerName, catalog: &Catalog) -> Self {
        let owner = Record::owner(broker, &instance);
        let provider = match &owner {
            Owner::Ours(record) => record.provider,
            Owner::Damaged(..) | Owner::Foreign => of_engine(&instance.engine).unwrap_or(Provider::ALL[0]),
        };
        let desired = Desired::of(&owner, &instance, broker, catalog.provider(provider));
        Self { instance, owner, desired }
    }

    /// The record, where there is one that makes sense.
    pub(crate) fn record(&self) -> Option<&Record> {
        match &self.owner {
            Owner::Ours(record) => Some(record),
            Owner::Damaged(..) | Owner::Foreign => None,
        }
    }

    /// What it should be, if it is to be there and its tags make sense.
    pub(crate) fn target(&self) -> Option<&Target> {
        match &self.desired {
            Some(Desired::Running(target)) => Some(target),
            _ => None,
        }
    }

    /// What is wrong with its record, where some of that cannot be read.
    pub(crate) fn damage(&self) -> Option<&str> {
        match &self.desired {
            Some(Desired::Unreadable(problem)) => Some(problem),
            Some(Desired::Running(target)) => target.damage.as_deref(),
            Some(Desired::Gone { .. }) | None => None,
        }
    }

    /// The provider under whose path it is; `None` for what is not ours.
    pub(crate) fn provider(&self) -> Option<Provider> {
        match &self.owner {
            Owner::Ours(record) => Some(record.provider),
            Owner::Damaged(..) => of_engine(&self.instance.engine),
            Owner::Foreign => None,
        }
    }

    /// Whether it is a service under this provider's path.
    pub(crate) fn is_of(&self, provider: Provider) -> bool {
        self.provider() == Some(provider)
    }

    /// What follows from it alone, without any evidence.
    pub(crate) fn step(&self, now: u64) -> Step {
        let observed = Observed::Present(&self.instance);
        self.desired
            .as_ref()
            .map_or(Step::Done, |desired| decide(desired, &observed, &Evidence::default(), now))
    }

    /// Whether a worker could do something, now or once RDS has finished.
    pub(crate) fn needs_work(&self, now: u64) -> bool {
        match self.step(now) {
            Step::Done => false,
            Step::Wait(why) => !why.is_idle(),
            _ => true,
        }
    }

    /// Whether nothing about it is expected to change by itself.
    pub(crate) fn is_settled(&self) -> bool {
        let at_rest = !matches!(self.instance.status.meaning(), Meaning::InProgress | Meaning::Deleting);
        let done = match &self.desired {
            Some(Desired::Running(target)) => {
                target.done || !target.gave_up.is_empty() || target.damage.is_some()
            }
            Some(Desired::Gone { .. }) => false,
            Some(Desired::Unreadable(_)) | None => true,
        };
        at_rest && done
    }

    /// Whether its document stays true until something changes: nothing to do and nothing to wait for.
    pub(crate) fn is_at_rest(&self) -> bool {
        let Some(Desired::Running(target)) = &self.desired else { return false };
        target.gave_up.is_empty() && target.damage.is_none() && self.step(0) == Step::Done
    }
}

fn of_engine(engine: &str) -> Option<Provider> {
    Provider::ALL.into_iter().find(|provider| provider.traits().rds_engine == engine)
}
