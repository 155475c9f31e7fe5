//! Catalogue files as operators may write them: odd ones, and a few that cannot be used.

use std::collections::BTreeSet;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;

/// What readers of YAML, JSON or TOML take for something else, or do not take.
const ODD: [&str; 18] = [
    "Größe „XL“ – ß",
    "yes",
    "null",
    "~",
    "- a: b",
    "# no comment",
    " ",
    "12",
    "1e3",
    "0x10",
    "a\nb\n",
    "\ttab",
    "\u{7f}\u{85}\u{2028}\u{feff}",
    "😀",
    "${name}",
    "'\"\\",
    "|",
    ": =",
];

/// A file for all three engines, with everything of its own for each.
pub(crate) fn a_file() -> impl Strategy<Value = String> {
    let provider = |name: &'static str, extensions| {
        a_provider(name, extensions).prop_map(|lines: Vec<String>| lines.join("\n"))
    };
    (provider("postgres", 12), provider("mysql", 0), provider("mariadb", 0))
        .prop_map(|(postgres, mysql, mariadb)| [postgres, mysql, mariadb].join("\n"))
}

fn a_provider(name: &'static str, most_extensions: usize) -> impl Strategy<Value = Vec<String>> {
    let parameters = btree_map(a_name(), a_parameter(), 0..8);
    let parts = (versions(), btree_set(a_name(), 0..=most_extensions), parameters, amounts(), plans());
    parts.prop_map(move |((versions, default), extensions, parameters, defaults, plans)| {
        let list = |texts: &mut dyn Iterator<Item = &String>| {
            texts.map(|text| quoted(text)).collect::<Vec<_>>().join(", ")
        };
        let mut lines = vec![
            format!("[{name}]"),
            format!("versions = [{}]", list(&mut versions.iter())),
            format!("default_version = {}", quoted(&default)),
            format!("extensions = [{}]", list(&mut extensions.iter())),
            // One that serves the most there is, and one that nothing outgrows.
            "classes = [{ name = \"db.large\", vcpu = 64, memory = 600000 }, { name = \"db.huge\", vcpu = 64, memory = 9000000000000 }]".to_owned(),
            format!("plans = [{}]", plans.join(", ")),
            format!(
                "defaults = {{ {defaults}, encrypted = true, backup_retention_days = 35, multi_az = true, deletion_protection = true, final_snapshot = true, auto_minor_version_upgrade = false, copy_tags_to_snapshot = true }}"
            ),
            format!("[{name}.parameters]"),
        ];
        lines.extend(parameters.iter().map(|(name, allowed)| format!("{} = {allowed}", quoted(name))));
        lines
    })
}

/// Some, and one of them.
fn versions() -> impl Strategy<Value = (Vec<String>, String)> {
    let version = prop_oneof![
        60 => "[1-9][0-9]{0,2}(\\.[0-9]{1,3}){1,2}",
        1 => "[1-9]{20}\\.[0-9]{8,14}",
    ];
    let some = btree_set(version, 1..12).prop_map(Vec::from_iter);
    (some, any::<prop::sample::Index>()).prop_map(|(some, which)| {
        let default = which.get(&some).clone();
        (some, default)
    })
}

/// With ids and names of their own.
fn plans() -> impl Strategy<Value = Vec<String>> {
    let id = prop_oneof![200 => 0_i64..1000, 100 => -(1_i64 << 53) + 1..1 << 53, 1 => any::<i64>()];
    let plan = (id, a_text(), a_text(), amounts());
    let several = prop_oneof![60 => 1_usize..8, 3 => 40_usize..60, 1 => Just(0)];
    several.prop_flat_map(move |count| vec(plan.clone(), count)).prop_map(|plans| {
        let (mut ids, mut names) = (BTreeSet::new(), BTreeSet::new());
        let apart = plans.into_iter().filter(|(id, name, ..)| ids.insert(*id) && names.insert(name.clone()));
        apart
            .map(|(id, name, description, amounts)| {
                let (name, description) = (quoted(&name), quoted(&description));
                format!("{{ id = {id}, name = {name}, description = {description}, {amounts} }}")
            })
            .collect()
    })
}

fn amounts() -> impl Strategy<Value = String> + Clone {
    let storage = prop_oneof![20 => 1_u64..=70_368_744, 1 => Just(1), 1 => Just(70_368_744)];
    let memory = prop_oneof![200 => 1_u64..=600_000, 1 => 1_u64..=2_000_000_000_000];
    (storage, 1_u64..=640, memory)
        .prop_map(|(storage, cpu, memory)| format!("storage = {storage}, cpu = {cpu}, memory = {memory}"))
}

/// Of a server parameter or an extension.
fn a_name() -> impl Strategy<Value = String> {
    prop_oneof![
        200 => "[a-z][a-z_]{2,12}",
        60 => "[A-Za-z][A-Za-z0-9_.-]{0,62}",
        1 => "[0-9_.-][a-z]{0,5}",
    ]
}

fn a_parameter() -> impl Strategy<Value = String> {
    let bounds = prop_oneof![
        60 => (any::<i64>(), any::<i64>()).prop_map(|(one, other)| (one.min(other), one.max(other))),
        1 => (any::<i64>(), any::<i64>()),
    ];
    prop_oneof![
        (bounds, any::<bool>()).prop_map(|((minimum, maximum), reboot)| format!(
            "{{ type = \"integer\", minimum = {minimum}, maximum = {maximum}, reboot = {reboot} }}"
        )),
        any::<bool>().prop_map(|reboot| format!("{{ type = \"boolean\", reboot = {reboot} }}")),
        btree_set(a_value(), 0..5).prop_map(|values| {
            let values: Vec<_> = values.iter().map(|value| quoted(value)).collect();
            format!("{{ type = \"text\", values = [{}] }}", values.join(", "))
        }),
    ]
}

fn a_value() -> impl Strategy<Value = String> {
    prop_oneof![
        200 => "[A-Z]{1,8}",
        40 => select(ODD.as_slice()).prop_map(str::to_owned),
        20 => "\\PC{0,200}",
        1 => "[a-z]{201}",
    ]
}

/// For users.
fn a_text() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        200 => "[A-Z][a-z]{1,12} [a-z]{1,12}",
        // Blank ones are refused.
        60 => select(ODD.as_slice()).prop_map(|odd| if odd == " " { "x " } else { odd }.to_owned()),
        60 => "\\PC{0,40}[a-z]",
        10 => Just("Ü".repeat(5000)),
        1 => "[ \t]{0,2}",
    ]
}

/// A string of TOML: JSON's, but for one character.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}
