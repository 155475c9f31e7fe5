//! What was given up: kept with the wish, so that it is neither forgotten nor tried for ever. Each concern on its own: that
//! one is refused for good says nothing about when another is tried again.
//!
//! Written as `wish:ID+on:ID+CONCERN:ATTEMPTS:AT:PAUSE:REASON+…`, over as many tags as it takes.

use std::collections::BTreeMap;

use crate::model::{Concern, Tags, tag};

/// What was given up of a wish.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GaveUp {
    /// The wish.
    pub wish: String,
    /// DbiResourceId of the instance that was to be changed.
    pub resource_id: String,
    /// What of it; all else goes on.
    pub concerns: GivenUp,
}

/// By concern, how it was given up.
pub type GivenUp = BTreeMap<Concern, Attempts>;

/// The attempts at one concern that RDS refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// How often it was tried.
    pub count: u32,
    /// When it was last tried, in seconds since 1970.
    pub at: u64,
    /// Seconds from then until it is tried again, unless it was tried often enough.
    pub pause: u64,
    /// Why it was refused, as a sentence for the user.
    pub reason: String,
}

/// Every reason once, for the user.
pub fn reasons<'a>(given_up: impl IntoIterator<Item = &'a Attempts>) -> Option<String> {
    let mut all: Vec<&str> = Vec::new();
    for Attempts { reason, .. } in given_up {
        if !all.contains(&reason.as_str()) {
            all.push(reason);
        }
    }
    (!all.is_empty()).then(|| all.join(" "))
}

impl GaveUp {
    /// What the tags say was given up of this wish: nothing where it was another's.
    ///
    /// # Errors
    /// A sentence that names the tag, where it makes no sense and is not known to be another wish's.
    pub fn of_tags(tags: &Tags, wish: &str) -> Result<Option<Self>, String> {
        let Some(first) = tags.get(tag::GAVE_UP) else { return Ok(None) };
        let read = if first.starts_with("wish:") {
            Self::of_one_for_all(first, tags, wish)
        } else {
            tag::gather(tag::GAVE_UP, tags)
                .map_err(str::to_owned)
                .and_then(|text| Self::of_text(&text.unwrap_or_default(), wish).map_err(str::to_owned))
        };
        read.map_err(|problem| format!("{} {problem}", tag::GAVE_UP))
    }

    fn of_text(text: &str, wish: &str) -> Result<Option<Self>, &'static str> {
        let mut entries = text.split('+');
        let mut named =
            |name: &str| entries.next()?.split_once(':').filter(|(key, _)| *key == name).map(|(_, it)| it);
        let of_wish = named("wish").ok_or("names no wish")?;
        if of_wish != wish {
            return Ok(None);
        }
        let resource_id = named("on").ok_or("names no instance")?.to_owned();
        let concerns = entries.map(attempts).collect::<Result<_, _>>()?;
        Ok(Some(Self { wish: wish.to_owned(), resource_id, concerns }))
    }

    /// As versions of this broker have written it that knew one count and one reason for all.
    fn of_one_for_all(text: &str, tags: &Tags, wish: &str) -> Result<Option<Self>, String> {
        let part = |key: &str| tag::part(text, key).ok_or_else(|| format!("has no valid {key}"));
        let number = |key: &str| part(key)?.parse().map_err(|_| format!("has no valid {key}"));
        if part("wish")? != wish {
            return Ok(None);
        }
        let why = tags.get(tag::GAVE_UP_WHY).and_then(|why| tag::decode(why).ok().flatten());
        let each = Attempts {
            count: u32::try_from(number("attempts")?).map_err(|_| "has no valid attempts")?,
            at: number("at")?,
            pause: number("pause")?,
            reason: why.ok_or("has no reason that can be read")?,
        };
        let concern = |name: &str| Concern::by_name(name).map(|concern| (concern, each.clone()));
        let concerns = part("what")?.split('/').map(concern).collect::<Option<_>>();
        Ok(Some(Self {
            wish: wish.to_owned(),
            resource_id: part("on")?.to_owned(),
            concerns: concerns.ok_or("has no valid what")?,
        }))
    }

    /// The tags that record it: reasons are cut to what tags can hold, the longest first.
    #[must_use]
    pub fn to_tags(&self) -> Tags {
        let mut text = format!("wish:{}+on:{}", self.wish, self.resource_id);
        let entry = |(concern, it): (&Concern, &Attempts)| {
            format!("+{}:{}:{}:{}:", concern.name(), it.count, it.at, it.pause)
        };
        let entries: Vec<String> = self.concerns.iter().map(entry).collect();
        let taken = text.len() + entries.iter().map(String::len).sum::<usize>();
        let reasons = self.concerns.values().map(|it| it.reason.as_str()).collect::<Vec<_>>();
        let reasons = cut(&reasons, tag::room(tag::GAVE_UP_CHUNKS).saturating_sub(taken));
        for (entry, reason) in entries.iter().zip(reasons) {
            text.push_str(entry);
            text.push_str(&reason);
        }
        tag::spread(tag::GAVE_UP, &text)
    }
}

/// One entry. `Err` where someone else wrote it.
fn attempts(entry: &str) -> Result<(Concern, Attempts), &'static str> {
    let mut parts = entry.splitn(5, ':');
    let mut part = || parts.next().ok_or("has an entry that is not whole");
    let concern = Concern::by_name(part()?).ok_or("has an entry about nothing known")?;
    let mut number = || part()?.parse::<u64>().map_err(|_| "has an entry with something else than a number");
    let (count, at, pause) = (number()?, number()?, number()?);
    let count = u32::try_from(count).map_err(|_| "has an entry with something else than a number")?;
    Ok((concern, Attempts { count, at, pause, reason: unword(part()?)? }))
}

/// The reasons as they are written, in so many characters together: what some do not need of their share is for the others.
fn cut(reasons: &[&str], mut room: usize) -> Vec<String> {
    let mut written: Vec<String> = reasons.iter().map(|reason| word(reason)).collect();
    let mut by_length: Vec<usize> = (0..written.len()).collect();
    by_length.sort_by_key(|&at| written[at].len());
    for (done, &at) in by_length.iter().enumerate() {
        let share = room / (by_length.len() - done);
        let mut reason = reasons[at];
        while written[at].len() > share {
            let end = reason.char_indices().next_back().map_or(0, |(at, _)| at);
            reason = &reason[..end];
            written[at] = word(reason);
        }
        room -= written[at].len();
    }
    written
}

/// A text without what separates entries, and without spaces: it can be cut anywhere.
fn word(text: &str) -> String {
    tag::encode(Some(text)).replace('_', "=5F").replace('+', "=2B").replace(' ', "_")
}

fn unword(word: &str) -> Result<String, &'static str> {
    tag::decode(&word.replace('_', " "))?.ok_or("has an entry that is null")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WISH: &str = "3f0c7f5e-8b0e-4b2b-9a35-0f6f0f0f0f0f";
    const LIFE: &str = "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    fn given_up(reason: &str) -> Attempts {
        Attempts { count: 3, at: 1_800_000_000, pause: 3600, reason: reason.into() }
    }

    fn gave_up(concerns: impl IntoIterator<Item = (Concern, Attempts)>) -> GaveUp {
        let concerns = concerns.into_iter().collect();
        GaveUp { wish: WISH.into(), resource_id: LIFE.into(), concerns }
    }

    fn of_tags(pairs: &[(&str, &str)]) -> Result<Option<GaveUp>, String> {
        let tags = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        GaveUp::of_tags(&tags, WISH)
    }

    proptest! {
        #[test]
        fn each_concern_keeps_its_own_reason_count_and_next_try(
            reasons in proptest::collection::vec(".{0,60}", 0..4), numbers in any::<[u32; 3]>()
        ) {
            let each = |(number, reason): (usize, &String)| {
                let (count, at, pause) = (numbers[0], numbers[1].into(), numbers[2].into());
                (Concern::ALL[number * 2], Attempts { count, at, pause, reason: reason.clone() })
            };
            let gave_up = gave_up(reasons.iter().enumerate().map(each));
            let tags = gave_up.to_tags();
            let fits = |value: &String| value.len() <= tag::LONGEST_VALUE && value.trim() == value;
            prop_assert!(tags.len() <= tag::GAVE_UP_CHUNKS && tags.values().all(fits), "{:?}", tags);
            let read = GaveUp::of_tags(&tags, WISH).unwrap().unwrap();
            let is_cut = |(cut, whole): (&Attempts, &Attempts)| {
                whole.reason.starts_with(&cut.reason) && Attempts { reason: whole.reason.clone(), ..cut.clone() } == *whole
            };
            prop_assert!(read.concerns.keys().eq(gave_up.concerns.keys()));
            prop_assert!(read.concerns.values().zip(gave_up.concerns.values()).all(is_cut), "{:?}", read);
        }
    }

    #[test]
    fn everything_given_up_at_once_fits_and_a_short_reason_leaves_its_share_to_a_long_one() {
        let longest =
            |reason: &str| Attempts { count: 5, at: 9_999_999_999, pause: 99_999_999, reason: reason.into() };
        let long = "ü".repeat(900);
        let tags = gave_up(Concern::ALL.iter().map(|&concern| (concern, longest(&long)))).to_tags();
        assert_eq!(tags.len(), tag::GAVE_UP_CHUNKS);
        assert!(tags.values().all(|value| value.len() <= tag::LONGEST_VALUE), "{tags:?}");
        let read = GaveUp::of_tags(&tags, WISH).unwrap().unwrap();
        assert_eq!(read.concerns.len(), Concern::ALL.len());
        assert!(read.concerns.values().all(|it| it.reason.starts_with("üüü")), "{read:?}");

        let two = [(Concern::Class, given_up("No.")), (Concern::Version, given_up(&"x".repeat(900)))];
        let read = GaveUp::of_tags(&gave_up(two).to_tags(), WISH).unwrap().unwrap();
        assert_eq!(read.concerns[&Concern::Class].reason, "No.");
        assert!(read.concerns[&Concern::Version].reason.len() > 500, "{read:?}");
        // A shorter one after a longer one is read for itself.
        let mut tags = tags;
        let one = gave_up([(Concern::Class, given_up("AWS: (no capacity; a_b+c)"))]);
        tags.extend(one.to_tags());
        assert_eq!(GaveUp::of_tags(&tags, WISH), Ok(Some(one)));
    }

    #[test]
    fn what_an_older_version_wrote_is_read() {
        let head = format!("wish:{WISH} what:class/version on:{LIFE} attempts:3 at:1800000000 pause:3600");
        let written = [(tag::GAVE_UP, head.as_str()), (tag::GAVE_UP_WHY, "AWS did not change the class.")];
        let each = given_up("AWS did not change the class.");
        let wanted = gave_up([(Concern::Class, each.clone()), (Concern::Version, each)]);
        assert_eq!(of_tags(&written), Ok(Some(wanted.clone())));
        assert_eq!(reasons(wanted.concerns.values()).unwrap(), "AWS did not change the class.");
        let damaged = [
            (head.replace("class", "clas"), "No."),
            (head.replace("attempts:3", "attempts:many"), "No."),
            (head.replace(" pause:3600", ""), "No."),
            (head.clone(), "=zz"),
        ];
        for (head, why) in damaged {
            let problem = of_tags(&[(tag::GAVE_UP, &head), (tag::GAVE_UP_WHY, why)]).unwrap_err();
            assert!(problem.starts_with("codesphere:gaveup has "), "{head}: {problem}");
        }
        assert!(of_tags(&written[..1]).is_err(), "its reason is gone");
    }

    #[test]
    fn what_makes_no_sense_is_told_unless_it_is_of_another_wish() {
        let entry = "class:3:1800000000:3600:No.";
        let text = |wish: &str, entry: &str| format!("01+wish:{wish}+on:{LIFE}+{entry}");
        assert_eq!(
            of_tags(&[(tag::GAVE_UP, &text(WISH, entry))]),
            Ok(Some(gave_up([(Concern::Class, given_up("No."))])))
        );
        assert_eq!(of_tags(&[]), Ok(None));
        for broken in ["class:3", "clas:3:1:1:No.", "class:x:1:1:No.", "class:3:1:1:=zz", ""] {
            let problem = of_tags(&[(tag::GAVE_UP, &text(WISH, broken))]).unwrap_err();
            assert!(problem.starts_with("codesphere:gaveup has "), "{broken}: {problem}");
            assert_eq!(of_tags(&[(tag::GAVE_UP, &text("another", broken))]), Ok(None), "it is over");
        }
        for broken in ["", "=null", "02+wish", "01+", "01+on:db", &text(WISH, entry).replace("01+", "02+")] {
            assert!(of_tags(&[(tag::GAVE_UP, broken)]).is_err(), "{broken}");
        }
        assert!(of_tags(&[(tag::GAVE_UP, &format!("01+wish:{WISH}"))]).is_err());
    }
}
