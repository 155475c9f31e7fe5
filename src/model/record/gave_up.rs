//! What was given up: kept with the wish, so that it is neither forgotten nor tried for ever.

use std::collections::BTreeSet;

use crate::model::{Tags, tag};

/// A wish that RDS refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GaveUp {
    /// The wish.
    pub wish: String,
    /// The concerns that were refused, by name; all others go on.
    pub concerns: BTreeSet<String>,
    /// DbiResourceId of the instance that was to be changed.
    pub resource_id: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was last tried, in seconds since 1970.
    pub at: u64,
    /// Seconds from then until it is tried again, unless it was tried often enough.
    pub pause: u64,
    /// Why, as a sentence for the user.
    pub reason: String,
}

impl GaveUp {
    /// A give-up that cannot be read is none: the wish is then simply tried again.
    #[must_use]
    pub fn of_tags(tags: &Tags) -> Option<Self> {
        let text = tags.get(tag::GAVE_UP)?;
        let reason = tags.get(tag::GAVE_UP_WHY).and_then(|reason| tag::decode(reason).ok().flatten());
        Some(Self {
            wish: tag::part(text, "wish")?.to_owned(),
            concerns: tag::part(text, "what")?.split('/').map(str::to_owned).collect(),
            resource_id: tag::part(text, "on")?.to_owned(),
            attempts: tag::part(text, "attempts")?.parse().ok()?,
            at: tag::part(text, "at")?.parse().ok()?,
            pause: tag::part(text, "pause")?.parse().ok()?,
            reason: reason.unwrap_or_else(|| "AWS refused the change.".to_owned()),
        })
    }

    /// The tags that record it: the reason is cut to what a tag can hold.
    #[must_use]
    pub fn to_tags(&self) -> Tags {
        let head = tag::join([
            ("wish", self.wish.clone()),
            ("what", self.concerns.iter().cloned().collect::<Vec<_>>().join("/")),
            ("on", self.resource_id.clone()),
            ("attempts", self.attempts.to_string()),
            ("at", self.at.to_string()),
            ("pause", self.pause.to_string()),
        ]);
        let mut reason = self.reason.as_str();
        while tag::encode(Some(reason)).len() > tag::LONGEST_VALUE {
            let mut end = reason.len() - 1;
            while !reason.is_char_boundary(end) {
                end -= 1;
            }
            reason = &reason[..end];
        }
        let why = tag::encode(Some(reason));
        Tags::from([(tag::GAVE_UP.to_owned(), head), (tag::GAVE_UP_WHY.to_owned(), why)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_give_up_survives_with_as_much_of_its_reason_as_fits() {
        let mut gave_up = GaveUp {
            wish: "3f0c7f5e-8b0e-4b2b-9a35-0f6f0f0f0f0f".into(),
            concerns: ["class", "version"].map(str::to_owned).into(),
            resource_id: "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ".into(),
            attempts: 3,
            at: 1_800_000_000,
            pause: 3600,
            reason: "AWS did not change the class: (no capacity; try later)".into(),
        };
        assert_eq!(GaveUp::of_tags(&gave_up.to_tags()), Some(gave_up.clone()));
        gave_up.reason = "ü".repeat(400);
        let tags = gave_up.to_tags();
        assert!(tags.values().all(|value| value.chars().count() <= tag::LONGEST_VALUE), "{tags:?}");
        assert!(GaveUp::of_tags(&tags).unwrap().reason.starts_with("üüü"));
        assert_eq!(GaveUp::of_tags(&Tags::new()), None);
    }
}
