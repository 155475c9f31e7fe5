# One table for all subnets: the VPC's own range, the ranges below, and S3 through its gateway. There is no default
# route, so nothing here reaches the internet or is reached from it.
resource "aws_route_table" "this" {
  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = var.name })
}

resource "aws_route_table_association" "broker" {
  for_each = aws_subnet.broker

  subnet_id      = each.value.id
  route_table_id = aws_route_table.this.id
}

resource "aws_route_table_association" "databases" {
  for_each = aws_subnet.databases

  subnet_id      = each.value.id
  route_table_id = aws_route_table.this.id
}

resource "aws_ec2_transit_gateway_vpc_attachment" "this" {
  count = var.transit_gateway == null ? 0 : 1

  transit_gateway_id = var.transit_gateway.id
  vpc_id             = aws_vpc.this.id
  subnet_ids         = values(aws_subnet.broker)[*].id
  tags               = merge(var.tags, { Name = var.name })
}

resource "aws_route" "transit_gateway" {
  for_each = toset(try(var.transit_gateway.cidrs, []))

  route_table_id         = aws_route_table.this.id
  destination_cidr_block = each.value
  transit_gateway_id     = aws_ec2_transit_gateway_vpc_attachment.this[0].transit_gateway_id
}

resource "aws_route" "peering" {
  for_each = merge([for id, cidrs in var.peerings : { for cidr in cidrs : cidr => id }]...)

  route_table_id            = aws_route_table.this.id
  destination_cidr_block    = each.key
  vpc_peering_connection_id = each.value
}
