//! DB parameter groups as RDS keeps them, and what an instance makes of a change in its own.

use std::collections::BTreeMap;

use super::Rds;
use crate::decide::GroupStep;
use crate::model::ApplyStatus;

/// A value that the server does not take, and with which it does not start.
pub(in crate::decide::laws) const BAD: &str = "bad";
/// The parameter that the server takes only when it starts.
const STATIC: &str = "max_connections";

/// What can become of a call about a group.
#[derive(Clone, Copy, Debug)]
pub(in crate::decide::laws) enum GroupFault {
    /// It is throttled, and nothing was done.
    Throttled,
    /// It was done, and nobody hears of it.
    Lost,
    /// The group is being changed by someone else.
    Busy,
    /// Someone has deleted the group meanwhile, if RDS lets them: the call does not find it.
    Deleted,
    /// Another replica has made the group meanwhile.
    Outrun,
    /// RDS says no: for lack of quota, say, or for good.
    Refused { passing: bool },
}

/// What RDS says to a call about a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decide::laws) enum GroupAnswer {
    /// Done, or as good as done, or to be looked up anew.
    Accepted,
    /// No answer of use.
    Failed,
    Busy,
    Refused {
        passing: bool,
    },
}

impl Rds {
    pub(super) fn has_bad_parameters(&self) -> bool {
        let used = self.groups.get(&self.instance.parameter_group.name);
        used.is_some_and(|values| values.values().any(|value| value == BAD))
    }

    /// One call about a group.
    pub(in crate::decide::laws) fn group_call(&mut self, name: &str, what: &GroupStep) -> GroupAnswer {
        match self.group_faults.pop_front() {
            None => {}
            Some(GroupFault::Throttled) => return GroupAnswer::Failed,
            Some(GroupFault::Lost) => {
                self.change_group(name, what);
                return GroupAnswer::Failed;
            }
            // To look is never refused.
            Some(_) if *what == GroupStep::Inspect => {}
            Some(GroupFault::Busy) => return GroupAnswer::Busy,
            Some(GroupFault::Refused { passing }) => return GroupAnswer::Refused { passing },
            Some(GroupFault::Outrun) if matches!(what, GroupStep::Create { .. }) => {
                self.groups.insert(name.to_owned(), BTreeMap::from([(STATIC.to_owned(), "7".to_owned())]));
                return GroupAnswer::Accepted;
            }
            Some(GroupFault::Deleted) if self.instance.parameter_group.name != name => {
                self.groups.remove(name);
                if !matches!(what, GroupStep::Create { .. }) {
                    return GroupAnswer::Accepted;
                }
            }
            Some(GroupFault::Outrun | GroupFault::Deleted) => {}
        }
        self.change_group(name, what);
        GroupAnswer::Accepted
    }

    /// Makes or changes a group.
    fn change_group(&mut self, name: &str, what: &GroupStep) {
        let changed: Vec<String> = match what {
            GroupStep::Inspect => return,
            GroupStep::Create { .. } => {
                assert!(!self.groups.contains_key(name), "made twice");
                self.groups.insert(name.to_owned(), BTreeMap::new());
                return;
            }
            GroupStep::Set(parameters) => {
                let group = self.groups.get_mut(name).expect("a group that exists");
                for (name, wanted) in parameters {
                    let before = group.insert(name.clone(), wanted.value.clone());
                    assert_ne!(before.as_ref(), Some(&wanted.value), "only what differs is set");
                }
                parameters.keys().cloned().collect()
            }
            GroupStep::Reset(names) => {
                let group = self.groups.get_mut(name).expect("a group that exists");
                for name in names {
                    assert!(group.remove(name).is_some(), "only what is set is reset");
                }
                names.clone()
            }
        };
        if self.instance.parameter_group.name == name {
            self.needs_reboot |= changed.iter().any(|name| name == STATIC);
            self.applies_group();
        }
    }

    /// The instance takes what its group holds now. At first RDS still says what was before.
    pub(super) fn applies_group(&mut self) {
        let end = if self.needs_reboot {
            ApplyStatus::PendingReboot
        } else if self.has_bad_parameters() {
            ApplyStatus::Failed
        } else {
            ApplyStatus::InSync
        };
        let before = self.instance.parameter_group.status;
        self.group_ahead = std::iter::repeat_n(before, self.temper.lag.min(1)).collect();
        self.group_ahead.extend([ApplyStatus::Applying, end]);
    }
}
