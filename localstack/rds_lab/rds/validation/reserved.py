"""Words that cannot be the name of a database or a master user, by engine.

RDS publishes no list. These are the reserved words of the engines' manuals, what RDS keeps for itself,
and the databases that are there from the start.
"""

_POSTGRES = """all analyse analyze and any array as asc asymmetric authorization binary both case cast check
collate collation column concurrently constraint create cross current_catalog current_date
current_role current_schema current_time current_timestamp current_user default deferrable
desc distinct do else end except false fetch for foreign freeze from full grant group having
ilike in initially inner intersect into is isnull join lateral leading left like limit
localtime localtimestamp natural none not notnull null offset on only or order outer
overlaps placing primary references returning right select session_user similar some
symmetric table tablesample then to trailing true union unique user using variadic verbose
when where window with template0 template1"""

_MYSQL_AND_MARIADB = """accessible add all alter analyze and as asc asensitive before between bigint binary
blob both by call cascade case change char character check collate column condition constraint continue
convert create cross current_date current_time current_timestamp current_user cursor database databases
day_hour day_microsecond day_minute day_second dec decimal declare default delayed delete desc describe
deterministic distinct distinctrow div double drop dual each else elseif enclosed escaped except exists
exit explain false fetch float float4 float8 for force foreign from fulltext grant group having
high_priority hour_microsecond hour_minute hour_second if ignore in index infile inner inout insensitive
insert int int1 int2 int3 int4 int8 integer intersect interval into is iterate join key keys kill leading
leave left like limit linear lines load localtime localtimestamp lock long longblob longtext loop
low_priority master_ssl_verify_server_cert match maxvalue mediumblob mediumint mediumtext middleint
minute_microsecond minute_second mod modifies natural no_write_to_binlog not null numeric on optimize
optionally or order out outer outfile over partition precision primary procedure purge range read
read_write reads real recursive references regexp release rename repeat replace require resignal restrict
return revoke right rlike row_number rows schema schemas second_microsecond select sensitive separator set
show signal smallint spatial specific sql sql_big_result sql_calc_found_rows sql_small_result sqlexception
sqlstate sqlwarning ssl starting straight_join table terminated then tinyblob tinyint tinytext to trailing
trigger true undo union unique unlock unsigned update usage use using utc_date utc_time utc_timestamp
values varbinary varchar varcharacter varying when where while with write xor year_month zerofill"""

_MYSQL_ALONE = """cube cume_dist dense_rank empty first_value function generated get grouping groups
io_after_gtids io_before_gtids json_table lag last_value lateral lead manual master_bind nth_value ntile of
optimizer_costs option parallel percent_rank qualify rank row stored system tablesample virtual window"""

_MARIADB_ALONE = """current_role delete_domain_id do_domain_ids ignore_domain_ids master_demote_to_replica
master_demote_to_slave offset page_checksum parse_vcol_expr portion ref_system_id returning
stats_auto_recalc stats_persistent stats_sample_pages"""

_WORDS = {
    "postgres": _POSTGRES,
    "mysql": f"{_MYSQL_AND_MARIADB} {_MYSQL_ALONE}",
    "mariadb": f"{_MYSQL_AND_MARIADB} {_MARIADB_ALONE}",
}
_RESERVED = {engine: frozenset(words.split()) | {"rdsadmin"} for engine, words in _WORDS.items()}
_MYSQL_DATABASES = frozenset("information_schema innodb mysql performance_schema sys tmp".split())
_USERS = {
    "postgres": frozenset({"admin"}),
    "mysql": frozenset({"rdsrepladmin"}),
    "mariadb": frozenset({"rdsrepladmin"}),
}
_DATABASES = {
    "postgres": frozenset({"postgres"}),
    "mysql": _MYSQL_DATABASES,
    "mariadb": _MYSQL_DATABASES,
}


def for_user(name: str, engine: str) -> bool:
    """Whether a master user cannot be called that."""
    return name.lower() in _RESERVED[engine] | _USERS.get(engine, frozenset())


def for_database(name: str, engine: str) -> bool:
    """Whether a database cannot be called that."""
    return name.lower() in _RESERVED[engine] | _DATABASES[engine]
