//! The table: what was measured, what it may be, and whether it is.

use std::io::Write;

use crate::Rows;

/// One line of the table.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    what: String,
    measured: String,
    bound: String,
    /// `None` where there is no bound.
    met: Option<bool>,
}

impl Row {
    /// Something with a bound.
    pub(crate) fn bound(
        what: impl Into<String>,
        measured: impl Into<String>,
        bound: impl Into<String>,
        met: bool,
    ) -> Self {
        Self { what: what.into(), measured: measured.into(), bound: bound.into(), met: Some(met) }
    }

    /// Something that is only told.
    pub(crate) fn told(what: impl Into<String>, measured: impl Into<String>) -> Self {
        Self { what: what.into(), measured: measured.into(), bound: "–".to_owned(), met: None }
    }
}

/// All lines, with the number of their measurement.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<(u8, Row)>);

impl Table {
    /// Adds what a measurement gave, if it was wanted. One that could not be made is a bound that is missed.
    pub(crate) fn add(&mut self, number: u8, rows: Option<Rows>) {
        let rows = match rows {
            None => return,
            Some(Ok(rows)) => rows,
            Some(Err(error)) => vec![Row::bound("not measured", format!("{error:#}"), "measured", false)],
        };
        self.0.extend(rows.into_iter().map(|row| (number, row)));
    }

    /// Whether no bound is missed.
    pub(crate) fn is_met(&self) -> bool {
        self.0.iter().all(|(_, row)| row.met != Some(false))
    }

    /// Prints it, in the order of the numbers, as the README keeps it.
    pub(crate) fn print(&mut self) -> std::io::Result<()> {
        self.0.sort_by_key(|(number, _)| *number);
        let mut out = std::io::stdout().lock();
        writeln!(out, "\n| | what | measured | bound | met |\n| --- | --- | --- | --- | --- |")?;
        for (number, Row { what, measured, bound, met }) in &self.0 {
            let met = met.map_or("–", |met| if met { "yes" } else { "**no**" });
            writeln!(out, "| {number} | {what} | {measured} | {bound} | {met} |")?;
        }
        writeln!(out, "\nMeasured on {}.", machine())
    }
}

/// The machine, in a few words.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("a CPU without a name", |(_, model)| model.trim());
    format!("{cores} cores of {model}, which the load generator shares")
}

/// Thousands are set apart.
pub(crate) fn number(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The middle of some values.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
