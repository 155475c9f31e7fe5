//! An in-memory AWS.
