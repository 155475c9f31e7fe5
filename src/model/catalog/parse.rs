//! The data file to the catalogue: every mistake at once, each with its place.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::check::check;
use super::{AllowedParameter, Catalog, Defaults, InstanceClass, Plan, ProviderCatalog};
use crate::model::{Parameter, Provider};

/// What stands at the top serves every provider that says nothing else.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    defaults: Option<DefaultsFile>,
    #[serde(default)]
    plans: Vec<PlanFile>,
    #[serde(default)]
    classes: Vec<ClassFile>,
    postgres: Option<ProviderFile>,
    mysql: Option<ProviderFile>,
    mariadb: Option<ProviderFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderFile {
    versions: Vec<String>,
    default_version: String,
    #[serde(default)]
    extensions: Vec<String>,
    #[serde(default)]
    parameters: BTreeMap<String, AllowedParameter>,
    defaults: Option<DefaultsFile>,
    plans: Option<Vec<PlanFile>>,
    classes: Option<Vec<ClassFile>>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct DefaultsFile {
    storage: u64,
    cpu: u64,
    memory: u64,
    encrypted: bool,
    backup_retention_days: u32,
    multi_az: bool,
    deletion_protection: bool,
    final_snapshot: bool,
    auto_minor_version_upgrade: bool,
    copy_tags_to_snapshot: bool,
    #[serde(default)]
    extended_support: bool,
    ca_certificate: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanFile {
    id: i64,
    name: String,
    description: String,
    storage: u64,
    cpu: u64,
    memory: u64,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassFile {
    name: String,
    vcpu: u32,
    /// MiB.
    memory: u64,
}

impl Catalog {
    /// Reads a catalogue.
    ///
    /// # Errors
    /// Every mistake in it, each a sentence that names its place.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        let mut file: File = toml::from_str(text).map_err(|error| vec![unreadable(text, &error)])?;
        let mut providers = BTreeMap::new();
        let mut mistakes = Vec::new();
        for provider in Provider::ALL {
            let Some(part) = file.part(provider) else { continue };
            let Some(catalog) = part.into_catalog(&file) else {
                mistakes.push(format!("{provider}.defaults is missing, and there is no [defaults] for all"));
                continue;
            };
            check(provider, &catalog, &mut mistakes);
            providers.insert(provider, catalog);
        }
        if providers.is_empty() && mistakes.is_empty() {
            let all: Vec<_> = Provider::ALL.iter().map(|provider| format!("[{provider}]")).collect();
            mistakes.push(format!("it offers no provider: there are {}", all.join(", ")));
        }
        if mistakes.is_empty() {
            Ok(Self { providers, fallback: ProviderCatalog::default() })
        } else {
            Err(mistakes)
        }
    }
}

impl File {
    fn part(&mut self, provider: Provider) -> Option<ProviderFile> {
        match provider {
            Provider::Postgres => self.postgres.take(),
            Provider::Mysql => self.mysql.take(),
            Provider::Mariadb => self.mariadb.take(),
        }
    }
}

/// What the TOML reader says, with the line in place of its picture of it.
fn unreadable(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    match before {
        Some(before) => format!("line {}: {}", before.matches('\n').count() + 1, error.message()),
        None => error.message().to_owned(),
    }
}

fn parameters(storage: u64, cpu: u64, memory: u64) -> BTreeMap<Parameter, u64> {
    BTreeMap::from([(Parameter::Storage, storage), (Parameter::Cpu, cpu), (Parameter::Memory, memory)])
}

impl ProviderFile {
    /// `None` without defaults.
    fn into_catalog(self, file: &File) -> Option<ProviderCatalog> {
        let defaults = self.defaults.or_else(|| file.defaults.clone())?;
        let plans = self.plans.unwrap_or_else(|| file.plans.clone());
        let classes = self.classes.unwrap_or_else(|| file.classes.clone());
        let plan = |plan: PlanFile| Plan {
            id: plan.id,
            name: plan.name,
            description: plan.description,
            parameters: parameters(plan.storage, plan.cpu, plan.memory),
        };
        let class =
            |class: ClassFile| InstanceClass { name: class.name, vcpu: class.vcpu, memory_mib: class.memory };
        Some(ProviderCatalog {
            plans: plans.into_iter().map(plan).collect(),
            classes: classes.into_iter().map(class).collect(),
            versions: self.versions,
            default_version: self.default_version,
            parameters: self.parameters,
            extensions: self.extensions,
            defaults: Defaults {
                parameters: parameters(defaults.storage, defaults.cpu, defaults.memory),
                encrypted: defaults.encrypted,
                backup_retention_days: defaults.backup_retention_days,
                multi_az: defaults.multi_az,
                deletion_protection: defaults.deletion_protection,
                final_snapshot: defaults.final_snapshot,
                auto_minor_version_upgrade: defaults.auto_minor_version_upgrade,
                copy_tags_to_snapshot: defaults.copy_tags_to_snapshot,
                extended_support: defaults.extended_support,
                ca_certificate: defaults.ca_certificate,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::BUILTIN;
    use super::*;

    /// One provider in place of three: a mistake in what they share is told once.
    fn only_postgres(text: &str) -> String {
        let end = text.find("\n[mysql]").unwrap();
        text[..end].to_owned()
    }

    #[test]
    fn the_compiled_in_catalogue_is_without_mistake() {
        assert_eq!(Catalog::parse(BUILTIN).map(|_| ()), Ok(()));
        for provider in Provider::ALL {
            assert_eq!(Catalog::builtin().provider(provider).plans.len(), 5, "{provider}");
        }
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let text = only_postgres(BUILTIN)
            .replace("default_version = \"17.10\"", "default_version = \"9.6\"")
            .replace("backup_retention_days = 7", "backup_retention_days = 36")
            .replace("name = \"db.t4g.small\"", "name = \"db.t4g.micro\"")
            .replace("cpu = 40", "cpu = 4000");
        let mistakes = Catalog::parse(&text).unwrap_err();
        assert_eq!(mistakes.len(), 4, "{mistakes:#?}");
        assert!(mistakes[0].contains("default_version is not one of versions"));
        assert!(mistakes[3].contains("plans: 4 cannot be served"), "{}", mistakes[3]);
    }

    #[test]
    fn what_is_there_twice_is_told() {
        let text = only_postgres(BUILTIN)
            .replace("versions = [\"14.23\",", "versions = [\"14.23\", \"14.23\",")
            .replace("name = \"Large\"", "name = \"Medium\"");
        let mistakes = Catalog::parse(&text).unwrap_err();
        assert_eq!(
            mistakes,
            ["postgres.versions: 14.23 is there twice", "postgres.plans: 3 has the name of another plan"]
        );
    }

    #[test]
    fn what_could_not_be_registered_or_asked_for_is_told() {
        let mistakes = |from: &str, to: &str| {
            let text = only_postgres(BUILTIN);
            assert!(text.contains(from), "{from}");
            Catalog::parse(&text.replacen(from, to, 1)).unwrap_err()
        };
        let long = format!("versions = [\"{}.1\", ", "1".repeat(31));
        let values = "timezone = { type = \"text\", values = [\"a\", \"a\"] }";
        let table = [
            (
                "id = 4",
                "id = 9007199254740992",
                "plans: 9007199254740992 is no id: it is beyond 9007199254740991",
            ),
            ("name = \"Large\"", "name = \" \"", "plans: 3 has no name"),
            ("description = \"For small applications\"", "description = \"\"", "plans: 1 has no description"),
            (
                "versions = [",
                &long,
                "versions: 1111111111111111111111111111111.1 is not a full version like 17.10",
            ),
            ("\"amcheck\",", "\"amcheck\", \"amcheck\",", "extensions: amcheck is there twice"),
            ("\"amcheck\",", "\"_amcheck\",", "\"_amcheck\" is not the name of a parameter or extension"),
            ("minimum = 64,", "minimum = 2147483648,", "parameters: work_mem has a minimum over its maximum"),
            ("timezone = { type = \"text\" }", values, "parameters: timezone has a value twice"),
        ];
        for (from, to, mistake) in table {
            assert_eq!(mistakes(from, to), [format!("postgres.{mistake}")], "{to}");
        }
        let value = format!("timezone = {{ type = \"text\", values = [\"{}\"] }}", "a".repeat(201));
        let told = mistakes("timezone = { type = \"text\" }", &value);
        assert_eq!(told, ["postgres.parameters: timezone has a value of over 200 characters"]);
        // More than a request may ask for, and a class that has it.
        let huge = mistakes(
            "memory = 524288",
            "memory = 524288\n[[classes]]\nname = \"db.x\"\nvcpu = 64\nmemory = 9000000000000\n[[plans]]\nid = 5\nname = \"Huge\"\ndescription = \"All of it\"\nstorage = 1\ncpu = 1\nmemory = 1000000000001",
        );
        assert_eq!(huge, ["postgres.plans: 5 has a parameter over 1000000000000"]);
        let none = mistakes("[postgres]", "[postgres]\nplans = []");
        assert_eq!(none, ["postgres.plans is empty"]);
    }

    #[test]
    fn a_provider_may_be_left_out_or_have_parts_of_its_own() {
        let catalog = Catalog::parse(&only_postgres(BUILTIN)).unwrap();
        assert_eq!(catalog.providers().collect::<Vec<_>>(), [Provider::Postgres]);
        let own = format!("{BUILTIN}\n[[mariadb.classes]]\nname = \"db.x\"\nvcpu = 64\nmemory = 500000\n");
        let catalog = Catalog::parse(&own).unwrap();
        assert_eq!(catalog.provider(Provider::Mariadb).classes.len(), 1);
        assert!(catalog.provider(Provider::Mysql).classes.len() > 1);
        assert!(Catalog::parse("").unwrap_err()[0].contains("offers no provider"));
        let without = Catalog::parse("[mysql]\nversions = []\ndefault_version = \"8.4.7\"").unwrap_err();
        assert_eq!(without, ["mysql.defaults is missing, and there is no [defaults] for all"]);
    }

    #[test]
    fn a_mistake_of_syntax_is_a_sentence_with_its_line() {
        let mistakes = Catalog::parse("[postgres]\nversions = 17\n").unwrap_err();
        assert!(mistakes[0].starts_with("line 2: "), "{mistakes:?}");
        assert!(!mistakes[0].contains('|'), "{mistakes:?}");
    }

    #[test]
    fn an_unknown_key_is_named() {
        let mistakes = Catalog::parse(&BUILTIN.replace("encrypted = true", "encrypt = true")).unwrap_err();
        assert!(mistakes[0].contains("encrypt"), "{mistakes:?}");
    }
}
