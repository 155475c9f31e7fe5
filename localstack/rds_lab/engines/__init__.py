"""The database servers behind emulated instances, and the seam to them (:mod:`.base`)."""
