"""The API's operations, one file for what belongs together: requests in, described resources out."""
