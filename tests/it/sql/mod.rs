//! `rds_broker::sql` against real `PostgreSQL` servers, each scenario a function over one server.
//!
//! The servers are as RDS makes them: TLS only, a master user that is no superuser. Every scenario
//! takes names of its own, so that they can share a server.
