//! Maintenance and backup windows, in UTC, as RDS writes them.
//!
//! Source: RDS user guide, "Maintaining a DB instance" and "Backup window": `ddd:hh24:mi-ddd:hh24:mi` and
//! `hh24:mi-hh24:mi`, at least 30 minutes each, not overlapping.

const DAY: u32 = 24 * 60;
const WEEK: u32 = 7 * DAY;
/// The shortest window that RDS takes, in minutes.
const SHORTEST: u32 = 30;
/// The longest: a day.
const LONGEST: u32 = DAY;
/// 1970-01-01 was a Thursday; weeks are counted from Monday.
const EPOCH_WEEKDAY: u64 = 3;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A span of a week or of a day, in minutes; it may run over the end into the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    start: u32,
    length: u32,
    period: u32,
}

impl Window {
    /// Reads `sun:05:00-sun:06:00`.
    ///
    /// # Errors
    /// What is wrong with it, to follow the name of the field.
    pub fn weekly(text: &str) -> Result<Self, &'static str> {
        let form = "must be like sun:05:00-sun:06:00 (UTC)";
        let (from, to) = text.split_once('-').ok_or(form)?;
        let point = |text: &str| {
            let (day, time) = text.split_once(':')?;
            let day = DAYS.iter().position(|name| name.eq_ignore_ascii_case(day))?;
            Some(u32::try_from(day).ok()? * DAY + minutes(time)?)
        };
        Self::between(point(from).ok_or(form)?, point(to).ok_or(form)?, WEEK)
    }

    /// Reads `03:00-03:30`.
    ///
    /// # Errors
    /// As [`Self::weekly`].
    pub fn daily(text: &str) -> Result<Self, &'static str> {
        let form = "must be like 03:00-03:30 (UTC)";
        let (from, to) = text.split_once('-').ok_or(form)?;
        Self::between(minutes(from).ok_or(form)?, minutes(to).ok_or(form)?, DAY)
    }

    fn between(start: u32, end: u32, period: u32) -> Result<Self, &'static str> {
        let length = (end + period - start) % period;
        if length < SHORTEST {
            return Err("must be at least 30 minutes long");
        }
        if length > LONGEST {
            return Err("must be at most 24 hours long");
        }
        Ok(Self { start, length, period })
    }

    /// Whether a moment, in seconds since 1970, lies in it.
    #[must_use]
    pub fn contains(&self, now: u64) -> bool {
        let minutes = now / 60 + EPOCH_WEEKDAY * u64::from(DAY);
        let point = u32::try_from(minutes % u64::from(self.period)).unwrap_or_default();
        (point + self.period - self.start) % self.period < self.length
    }

    /// Whether two windows have a minute in common in any week.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let day_starts = |window: &Self| {
            let copies = WEEK / window.period;
            let (start, period) = (window.start, window.period);
            (0..copies).map(move |copy| start + copy * period)
        };
        day_starts(self).any(|mine| {
            day_starts(other).any(|theirs| {
                (theirs + WEEK - mine) % WEEK < self.length || (mine + WEEK - theirs) % WEEK < other.length
            })
        })
    }
}

fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str, below: u32| {
        let two_digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|&number: &u32| two_digits && number < below)
    };
    Some(number(hours, 24)? * 60 + number(minutes, 60)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Thursday, 1970-01-01, at a time.
    fn thursday(hours: u64, minutes: u64) -> u64 {
        (hours * 60 + minutes) * 60
    }

    #[test]
    fn a_moment_is_inside_or_not() {
        let window = Window::weekly("thu:05:00-thu:06:00").unwrap();
        assert!(window.contains(thursday(5, 0)) && window.contains(thursday(5, 59)));
        assert!(!window.contains(thursday(4, 59)) && !window.contains(thursday(6, 0)));
        assert!(window.contains(thursday(5, 30) + 7 * 86_400) && !window.contains(thursday(5, 30) + 86_400));
        let over_the_end = Window::weekly("sun:23:30-mon:00:30").unwrap();
        let monday = thursday(0, 0) + 4 * 86_400;
        assert!(over_the_end.contains(monday) && over_the_end.contains(monday - 60));
        assert!(!over_the_end.contains(monday + 1_800));
        let daily = Window::daily("23:45-00:15").unwrap();
        assert!(
            daily.contains(thursday(0, 10))
                && daily.contains(thursday(23, 50))
                && !daily.contains(thursday(0, 15))
        );
    }

    #[test]
    fn what_rds_refuses_is_refused() {
        for bad in [
            "",
            "05:00-06:00",
            "sun:05:00",
            "sun:5:00-sun:06:00",
            "xxx:05:00-sun:06:00",
            "sun:24:00-sun:06:00",
        ] {
            assert!(Window::weekly(bad).unwrap_err().starts_with("must be like"), "{bad}");
        }
        assert_eq!(Window::weekly("sun:05:00-sun:05:29"), Err("must be at least 30 minutes long"));
        assert_eq!(Window::weekly("sun:05:00-tue:05:00"), Err("must be at most 24 hours long"));
        assert!(Window::daily("03:00-03:29").is_err() && Window::daily("3:00-04:00").is_err());
    }

    #[test]
    fn overlaps_are_seen_on_every_day() {
        let weekly = Window::weekly("sun:05:00-sun:06:00").unwrap();
        assert!(weekly.overlaps(&Window::daily("05:30-06:30").unwrap()));
        assert!(weekly.overlaps(&Window::daily("04:30-05:01").unwrap()));
        assert!(!weekly.overlaps(&Window::daily("06:00-06:30").unwrap()));
        assert!(!weekly.overlaps(&Window::daily("04:30-05:00").unwrap()));
        let night = Window::weekly("sat:23:30-sun:00:30").unwrap();
        assert!(night.overlaps(&Window::daily("00:00-00:30").unwrap()));
    }
}
