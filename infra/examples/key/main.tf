# The key, in a state of its own: nothing that is done to the broker's stack can touch it. It is applied first, once,
# and never destroyed for as long as a database, a snapshot or a backup of the broker exists.
module "key" {
  source = "../../modules/key"

  name                    = var.name
  deletion_principal_arns = var.deletion_principal_arns
}
