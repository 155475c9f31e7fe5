"""Amazon RDS for a local AWS: a LocalStack plugin with real database servers behind it."""
