//! Every status that RDS documents, or other controllers have met (rds-semantics §3), and all that follows from each.

use super::{IN_PROGRESS, Meaning, Status};
use Meaning::{Broken, Deleting, InProgress, Ready, Stopped, StorageFull};

/// Status, its meaning, and whether clients are served in it.
const TABLE: [(&str, Meaning, bool); 42] = [
    ("available", Ready, true),
    ("storage-optimization", Ready, true),
    ("creating", InProgress, false),
    ("backing-up", InProgress, true),
    ("modifying", InProgress, false),
    ("rebooting", InProgress, false),
    ("renaming", InProgress, false),
    ("upgrading", InProgress, false),
    ("maintenance", InProgress, false),
    ("configuring-enhanced-monitoring", InProgress, true),
    ("configuring-iam-database-auth", InProgress, true),
    ("configuring-log-exports", InProgress, true),
    ("configuring-associated-roles", InProgress, true),
    ("configuring-activity-stream", InProgress, true),
    ("converting-to-vpc", InProgress, false),
    ("moving-to-vpc", InProgress, false),
    ("resetting-master-credentials", InProgress, true),
    ("starting", InProgress, false),
    ("stopping", InProgress, false),
    ("storage-config-upgrade", InProgress, true),
    ("storage-initialization", InProgress, true),
    ("delete-precheck", InProgress, false),
    ("validating-configuration", InProgress, false),
    ("deleting", Deleting, false),
    ("deleted", Deleting, false),
    ("storage-full", StorageFull, false),
    ("stopped", Stopped, false),
    ("failed", Broken, false),
    ("incompatible-create", Broken, false),
    ("incompatible-network", Broken, false),
    ("incompatible-parameters", Broken, false),
    ("incompatible-option-group", Broken, false),
    ("incompatible-restore", Broken, false),
    ("incompatible-credentials", Broken, false),
    ("restore-error", Broken, false),
    ("insufficient-capacity", Broken, false),
    ("inaccessible-encryption-credentials", Broken, false),
    ("inaccessible-encryption-credentials-recoverable", Broken, false),
    ("modify-failed", Broken, false),
    ("upgrade-failed", Broken, false),
    // What nobody here knows is in progress: RDS gets new ones every year.
    ("automation-paused", InProgress, false),
    ("polishing-platters", InProgress, false),
];
/// Those at the end that are not known.
const UNKNOWN: [&str; 2] = ["automation-paused", "polishing-platters"];

/// Of every status in which somebody has to do something: a part of what users read, where its sentence is one of these,
/// and a part of what operators read.
const WORDS: [(&str, &str, &str); 15] = [
    ("failed", "RDS gave up on the database", "read the instance's events; restore from a backup"),
    ("modify-failed", "RDS gave up on the database", "read the instance's events; restore from a backup"),
    ("upgrade-failed", "RDS gave up on the database", "read the instance's events; restore from a backup"),
    ("incompatible-create", "delete the service and book it again", "it can only be deleted"),
    ("incompatible-restore", "delete the service and book it again", "it can only be deleted"),
    ("restore-error", "delete the service and book it again", "it can only be deleted"),
    ("incompatible-network", "cannot use its network", "then modify the instance"),
    ("incompatible-parameters", "other config.parameters", "a corrected group and a reboot repair it"),
    (
        "incompatible-option-group",
        "cannot use its option group",
        "restore from a backup with another option group",
    ),
    ("incompatible-credentials", "cannot log in", "or else restore from a backup"),
    ("insufficient-capacity", "no capacity", "choose another class"),
    ("inaccessible-encryption-credentials-recoverable", "within seven days", "enable the KMS key"),
    ("inaccessible-encryption-credentials", "The key of the database is lost", "restore from a snapshot"),
    ("storage-full", "", "needs more storage"),
    ("stopped", "", "RDS starts it again after seven days"),
];

#[test]
fn every_status_has_its_meaning_and_an_unknown_one_is_in_progress() {
    for (text, meaning, serves) in TABLE {
        let status = Status::new(text);
        assert_eq!((status.meaning(), status.serves_clients(false)), (meaning, serves), "{text}");
        assert_eq!(status.is_known(), !UNKNOWN.contains(&text), "{text}");
    }
    // A change of storage alone goes on beneath a running server, and nothing else does.
    let more = TABLE.iter().filter(|(text, _, serves)| Status::new(*text).serves_clients(true) != *serves);
    assert_eq!(more.map(|(text, ..)| *text).collect::<Vec<_>>(), ["modifying"]);
    let missing = IN_PROGRESS.iter().find(|known| TABLE.iter().all(|(text, ..)| text != *known));
    assert_eq!(missing, None, "not in the table");
}

#[test]
fn whatever_needs_someone_says_who_has_to_do_what() {
    for (text, _, _) in TABLE {
        let status = Status::new(text);
        let words = WORDS.iter().find(|(about, ..)| *about == text);
        assert_eq!(status.needs_help(), words.is_some(), "{text}");
        let Some((_, sentence, hint)) = words else { continue };
        assert!(
            status.problem().contains(sentence) && status.problem().ends_with('.'),
            "{}",
            status.problem()
        );
        assert!(status.hint().contains(hint), "{text}: {}", status.hint());
    }
}

#[test]
fn no_hint_advises_what_rds_does_not_take_in_that_status() {
    for (text, ..) in WORDS {
        let hint = Status::new(text).hint();
        for (call, taken_in) in [
            ("reboot", "incompatible-parameters"),
            ("then modify", "incompatible-network"),
            ("StartDBInstance", "inaccessible-encryption-credentials-recoverable"),
        ] {
            assert_eq!(hint.contains(call), text == taken_in, "{text}: {hint}");
        }
    }
}
