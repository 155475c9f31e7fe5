//! The instances of an account: their tags are made by the broker's own code, so that both mean the same by them, and
//! their XML is rendered once.

use std::collections::HashMap;
use std::fmt::Write;
use std::time::Duration;

use anyhow::Context;
use rds_broker::contract;
use rds_broker::model::record::applied_value;
use rds_broker::model::{
    ApplyStatus, BrokerName, Catalog, Endpoint, Instance, ParameterGroup, Pending, Provider, ServiceId,
    Status, Tags, Which, resolve, tag,
};
use uuid::Uuid;

/// What `AllocatedStorage` is where it tells nothing, and from where it counts where it tells the moment.
const STORAGE_GIB: u32 = 100;
/// How finely it tells the moment.
const TICK: Duration = Duration::from_millis(10);

/// Services at rest, and some in transition.
#[derive(Debug)]
pub(crate) struct Fleet {
    /// Their ids, in the order of their identifiers.
    pub(crate) ids: Vec<ServiceId>,
    instances: Vec<(String, Described)>,
    at: HashMap<String, usize>,
    /// Every so many services there is one in transition.
    moving_every: Option<usize>,
}

/// An instance as XML, up to its storage and from there.
#[derive(Clone, Debug)]
pub(crate) struct Described {
    before: String,
    after: String,
}

impl Fleet {
    /// So many services; of every `moving_every` one is on its way to another wish.
    pub(crate) fn new(count: usize, moving_every: Option<usize>) -> anyhow::Result<Self> {
        let broker: BrokerName = BROKER.parse().map_err(anyhow::Error::msg)?;
        let catalog = Catalog::builtin();
        let mut ids: Vec<ServiceId> = (0..count).map(service_id).collect::<Result<_, _>>()?;
        ids.sort_unstable();
        let is_moving = |number: usize| moving_every.is_some_and(|every| number.is_multiple_of(every));
        let mut instances = Vec::with_capacity(count);
        for (number, &id) in ids.iter().enumerate() {
            let instance = service(&broker, &catalog, id, is_moving(number))?;
            let described = Described::new(&instance);
            instances.push((instance.identifier, described));
        }
        let at = instances.iter().enumerate().map(|(at, (identifier, _))| (identifier.clone(), at)).collect();
        Ok(Self { ids, instances, at, moving_every })
    }

    /// Whether the service of that number is in transition.
    pub(crate) fn is_moving(&self, number: usize) -> bool {
        self.moving_every.is_some_and(|every| number.is_multiple_of(every))
    }

    /// A page of all instances, from a place on, and whether there are more.
    pub(super) fn page(&self, from: usize, size: usize) -> (impl Iterator<Item = &Described>, bool) {
        let page = self.instances.iter().skip(from).take(size).map(|(_, described)| described);
        (page, from + size < self.instances.len())
    }

    /// How many secrets they have.
    pub(super) fn secrets(&self) -> usize {
        self.ids.len() * Which::ALL.len()
    }

    /// Name and tags of one of their secrets, by its number.
    pub(super) fn secret(&self, number: usize) -> Option<(String, Tags)> {
        let id = *self.ids.get(number / Which::ALL.len())?;
        let which = Which::ALL[number % Which::ALL.len()];
        let tags = Tags::from([
            (tag::BROKER.to_owned(), BROKER.to_owned()),
            (tag::PROVIDER.to_owned(), PROVIDER.name().to_owned()),
            (tag::SERVICE.to_owned(), id.to_string()),
            (tag::SECRET_OF.to_owned(), which.name().to_owned()),
        ]);
        let broker: BrokerName = BROKER.parse().ok()?;
        Some((broker.secret_name(id, &random(id, "incarnation").ok()?, which), tags))
    }

    /// One of them.
    pub(super) fn get(&self, identifier: &str) -> Option<&Described> {
        self.at.get(identifier).map(|&at| &self.instances[at].1)
    }
}

impl Described {
    pub(super) fn new(instance: &Instance) -> Self {
        let text = render(instance);
        let (before, after) = text.split_once(STORAGE_GOES_HERE).unwrap_or((&text, ""));
        Self { before: before.to_owned(), after: after.to_owned() }
    }

    /// Its XML; `moment` is how long the stand-in has been running, where that is told.
    pub(super) fn write(&self, xml: &mut String, moment: Option<Duration>) {
        let ticks = moment.map_or(0, |moment| moment.as_millis() / TICK.as_millis());
        xml.push_str(&self.before);
        let storage = STORAGE_GIB.saturating_add(u32::try_from(ticks).unwrap_or(u32::MAX));
        xml.push_str(&storage.to_string());
        xml.push_str(&self.after);
    }
}

/// How long the stand-in had been running when it wrote this.
pub(super) fn since_start(allocated_storage: u32) -> Duration {
    TICK * allocated_storage.saturating_sub(STORAGE_GIB)
}

/// The name of the broker whose instances these are.
pub(crate) const BROKER: &str = "codesphere";
const PROVIDER: Provider = Provider::Postgres;
const STORAGE_GOES_HERE: &str = "{storage}";
const REGION: &str = "eu-central-1";
const ACCOUNT: &str = "123456789012";

/// Spread evenly, as random ids are, and the same in every run.
fn service_id(number: usize) -> anyhow::Result<ServiceId> {
    let spread = (number as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    Uuid::from_u128(spread).to_string().parse().context("an id that is none")
}

fn arn(identifier: &str) -> String {
    format!("arn:aws:rds:{REGION}:{ACCOUNT}:db:{identifier}")
}

pub(super) fn secret_arn(name: &str) -> String {
    format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-AbCdEf")
}

fn resource_id(identifier: &str) -> String {
    format!("db-{}", identifier.to_ascii_uppercase().replace('-', ""))
}

/// The body of a POST, as the platform sends it.
pub(crate) fn booking(id: ServiceId) -> String {
    serde_json::json!({
        "id": id.to_string(),
        "teamId": 4711,
        "plan": {"id": null, "parameters": {"storage": 20_000, "cpu": 10, "memory": 1024}},
        "config": {"databaseName": "shop", "userName": "keeper", "backupRetentionDays": 14},
        "secrets": {"superuserPassword": "superuser-secret-1", "userPassword": "user-secret-1"},
    })
    .to_string()
}

/// An instance as the broker would have made it and left it: its wish done, or a newer one on its way.
pub(crate) fn service(
    broker: &BrokerName,
    catalog: &Catalog,
    id: ServiceId,
    moving: bool,
) -> anyhow::Result<Instance> {
    let request = contract::create(PROVIDER, booking(id).as_bytes())?;
    let (incarnation, wish) = (random(id, "incarnation")?, random(id, "wish")?);
    let new = resolve::create(broker, &request, catalog.provider(PROVIDER), &incarnation, &wish)?;
    let identifier = broker.instance_identifier(id);
    let mut tags = new.tags;
    for &which in Which::ALL {
        let version = random(id, which.name())?;
        let name = broker.secret_name(id, &incarnation, which);
        tags.insert(tag::secret_arn(which), tag::encode(Some(&secret_arn(&name))));
        tags.insert(tag::applied(which), applied_value(&version, &resource_id(&identifier)));
        tags.insert(tag::secret_version(which), version);
    }
    let done = if moving { random(id, "an older wish")? } else { wish };
    tags.insert(tag::DONE.to_owned(), done);
    let host = format!("{identifier}.cabcdefghijk.{REGION}.rds.amazonaws.com");
    Ok(Instance {
        status: Status::new(if moving { "modifying" } else { "available" }),
        endpoint: Some(Endpoint { host, port: 5432 }),
        backup_retention: new.backup_retention,
        ..creating(&identifier, PROVIDER.traits().rds_engine, &new.version, &new.class, tags)
    })
}

/// An instance that RDS has just begun to make.
pub(super) fn creating(identifier: &str, engine: &str, version: &str, class: &str, tags: Tags) -> Instance {
    let major = version.split('.').next().unwrap_or_default();
    Instance {
        identifier: identifier.to_owned(),
        arn: arn(identifier),
        resource_id: resource_id(identifier),
        status: Status::new("creating"),
        created_at: None,
        engine: engine.to_owned(),
        engine_version: version.to_owned(),
        class: class.to_owned(),
        allocated_storage: STORAGE_GIB,
        max_allocated_storage: None,
        storage_type: "gp3".to_owned(),
        iops: Some(3000),
        multi_az: false,
        backup_retention: 7,
        deletion_protection: false,
        backup_window: "03:00-03:30".to_owned(),
        maintenance_window: "sun:05:00-sun:06:00".to_owned(),
        parameter_group: ParameterGroup {
            name: format!("default.{engine}{major}"),
            status: ApplyStatus::InSync,
        },
        endpoint: None,
        pending: Pending::default(),
        applying: false,
        tags,
    }
}

/// A UUID that is always the same for a service and a purpose.
fn random(id: ServiceId, purpose: &str) -> anyhow::Result<String> {
    // FNV-1a, over 128 bits.
    let hash = purpose.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash: u128, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    let id = Uuid::parse_str(&id.to_string())?.as_u128();
    Ok(Uuid::from_u128(id ^ hash).to_string())
}

/// As DescribeDBInstances shows it (RDS API reference, `DBInstance`), with what the broker does not read as well: it has
/// to be parsed all the same.
fn render(seen: &Instance) -> String {
    let mut xml = String::from("<DBInstance>");
    let retention = seen.backup_retention.to_string();
    let iops = seen.iops.unwrap_or_default().to_string();
    for (name, value) in [
        ("DBInstanceIdentifier", seen.identifier.as_str()),
        ("DBInstanceArn", &seen.arn),
        ("DbiResourceId", &seen.resource_id),
        ("DBInstanceStatus", seen.status.as_str()),
        ("DBInstanceClass", &seen.class),
        ("Engine", &seen.engine),
        ("EngineVersion", &seen.engine_version),
        ("AllocatedStorage", STORAGE_GOES_HERE),
        ("StorageType", &seen.storage_type),
        ("Iops", &iops),
        ("BackupRetentionPeriod", &retention),
        ("PreferredBackupWindow", &seen.backup_window),
        ("PreferredMaintenanceWindow", &seen.maintenance_window),
    ] {
        // Writing to a String cannot fail, here and below.
        let _ = write!(xml, "<{name}>{value}</{name}>");
    }
    xml.push_str(UNREAD);
    if let Some(Endpoint { host, port }) = &seen.endpoint {
        let zone = "<HostedZoneId>Z1RLNUO7B9Q6NB</HostedZoneId>";
        let _ = write!(xml, "<Endpoint><Address>{host}</Address><Port>{port}</Port>{zone}</Endpoint>");
    }
    let _ = write!(
        xml,
        "<DBParameterGroups><DBParameterGroup><DBParameterGroupName>{}</DBParameterGroupName>\
         <ParameterApplyStatus>in-sync</ParameterApplyStatus></DBParameterGroup></DBParameterGroups>",
        seen.parameter_group.name
    );
    xml.push_str("<TagList>");
    for (key, value) in &seen.tags {
        let _ = write!(xml, "<Tag><Key>{key}</Key><Value>{value}</Value></Tag>");
    }
    xml.push_str("</TagList></DBInstance>");
    xml
}

/// What every description holds and the broker does not look at.
const UNREAD: &str = "<ActivityStreamStatus>stopped</ActivityStreamStatus><AssociatedRoles/>\
<AutoMinorVersionUpgrade>true</AutoMinorVersionUpgrade><AvailabilityZone>eu-central-1a</AvailabilityZone>\
<BackupTarget>region</BackupTarget><CACertificateIdentifier>rds-ca-rsa2048-g1</CACertificateIdentifier>\
<CertificateDetails><CAIdentifier>rds-ca-rsa2048-g1</CAIdentifier><ValidTill>2027-01-01T12:00:00Z</ValidTill></CertificateDetails>\
<CopyTagsToSnapshot>true</CopyTagsToSnapshot><CustomerOwnedIpEnabled>false</CustomerOwnedIpEnabled><DBName>shop</DBName>\
<DBSecurityGroups/><DBSubnetGroup><DBSubnetGroupName>databases</DBSubnetGroupName>\
<DBSubnetGroupDescription>databases</DBSubnetGroupDescription><VpcId>vpc-0123456789abcdef0</VpcId>\
<SubnetGroupStatus>Complete</SubnetGroupStatus><Subnets>\
<Subnet><SubnetStatus>Active</SubnetStatus><SubnetIdentifier>subnet-0123456789abcdef0</SubnetIdentifier><SubnetOutpost/>\
<SubnetAvailabilityZone><Name>eu-central-1a</Name></SubnetAvailabilityZone></Subnet>\
<Subnet><SubnetStatus>Active</SubnetStatus><SubnetIdentifier>subnet-0123456789abcdef1</SubnetIdentifier><SubnetOutpost/>\
<SubnetAvailabilityZone><Name>eu-central-1b</Name></SubnetAvailabilityZone></Subnet>\
<Subnet><SubnetStatus>Active</SubnetStatus><SubnetIdentifier>subnet-0123456789abcdef2</SubnetIdentifier><SubnetOutpost/>\
<SubnetAvailabilityZone><Name>eu-central-1c</Name></SubnetAvailabilityZone></Subnet></Subnets></DBSubnetGroup>\
<DbInstancePort>0</DbInstancePort><DedicatedLogVolume>false</DedicatedLogVolume><DeletionProtection>false</DeletionProtection>\
<DomainMemberships/><EngineLifecycleSupport>open-source-rds-extended-support-disabled</EngineLifecycleSupport>\
<IAMDatabaseAuthenticationEnabled>false</IAMDatabaseAuthenticationEnabled>\
<InstanceCreateTime>2026-01-01T12:00:00.000Z</InstanceCreateTime>\
<KmsKeyId>arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef</KmsKeyId>\
<LatestRestorableTime>2026-01-02T12:00:00Z</LatestRestorableTime><LicenseModel>postgresql-license</LicenseModel>\
<MasterUsername>codesphere_admin</MasterUsername><MonitoringInterval>0</MonitoringInterval><MultiAZ>false</MultiAZ>\
<NetworkType>IPV4</NetworkType><OptionGroupMemberships><OptionGroupMembership>\
<OptionGroupName>default:postgres-17</OptionGroupName><Status>in-sync</Status></OptionGroupMembership></OptionGroupMemberships>\
<PendingModifiedValues/><PerformanceInsightsEnabled>false</PerformanceInsightsEnabled>\
<PubliclyAccessible>false</PubliclyAccessible><ReadReplicaDBInstanceIdentifiers/><StorageEncrypted>true</StorageEncrypted>\
<StorageThroughput>125</StorageThroughput><VpcSecurityGroups><VpcSecurityGroupMembership><Status>active</Status>\
<VpcSecurityGroupId>sg-0123456789abcdef0</VpcSecurityGroupId></VpcSecurityGroupMembership></VpcSecurityGroups>";
