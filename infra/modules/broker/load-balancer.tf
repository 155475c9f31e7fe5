resource "aws_lb" "this" {
  name                       = var.name
  internal                   = true
  load_balancer_type         = "application"
  subnets                    = values(var.subnets)
  security_groups            = [aws_security_group.load_balancer.id]
  drop_invalid_header_fields = true
  # AWS's default. "strictest" also refuses what is harmless but not to the letter of RFC 7230, such as a GET that
  # says Content-Length: 0, and the platform's client is not ours.
  desync_mitigation_mode     = "defensive"
  enable_deletion_protection = var.deletion_protection
  # The broker answers within 12 s, and the platform gives up after 15.
  idle_timeout = 30
  tags         = merge(var.tags, { Name = var.name })

  # The broker logs each request itself, with its service.
  dynamic "access_logs" {
    for_each = var.access_logs == null ? [] : [var.access_logs]

    content {
      enabled = true
      bucket  = access_logs.value.bucket
      prefix  = access_logs.value.prefix
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn
  tags              = var.tags

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}

resource "aws_lb_target_group" "this" {
  # TLS ends at the load balancer: only its security group reaches the tasks, inside the VPC, and their image has no
  # place for a key. See the README.
  name                 = var.name
  vpc_id               = var.vpc_id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = local.port
  deregistration_delay = local.shutdown_seconds
  tags                 = merge(var.tags, { Name = var.name })

  # /ready and not /health: a new task that does not reach AWS, or has no token, must not take the place of one that
  # does. ECS also replaces a task that fails this check, so it is slow to fail: five minutes, after the ten for which
  # a task that has lost AWS still answers what it knows.
  health_check {
    path                = "/ready"
    matcher             = "200"
    interval            = 30
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 10
  }
}

resource "aws_route53_record" "this" {
  count = var.private_zone_id == null ? 0 : 1

  zone_id = var.private_zone_id
  name    = var.hostname
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = false
  }
}
