"""Where LocalStack finds the lab: the entry points that ``pyproject.toml`` names.

LocalStack's free edition knows the class ``Extension`` but loads none, so routes and handlers
are added by hooks that it does call.
"""

import logging

from localstack.runtime import hooks
from localstack.services.plugins import Service, aws_provider

LOG = logging.getLogger(__name__)


@aws_provider(api="rds", name="default")
def rds() -> Service:
    """RDS: the free edition has none of its own."""
    from rds_lab.lab import lab
    from rds_lab.neighbours.live import neighbours
    from rds_lab.rds.provider import RdsProvider, dispatch_table

    provider = RdsProvider(lab().settings, lab().servers, neighbours, happenings=lab().happenings)
    return Service.for_provider(provider, dispatch_table_factory=dispatch_table)


@aws_provider(api="secretsmanager", name="rds-lab")
def secretsmanager() -> Service:
    """Secrets Manager, corrected; chosen by ``PROVIDER_OVERRIDE_SECRETSMANAGER=rds-lab``."""
    from rds_lab.secretsmanager.guard import guarded_table
    from rds_lab.secretsmanager.provider import CorrectedSecretsmanagerProvider

    return Service.for_provider(CorrectedSecretsmanagerProvider(), dispatch_table_factory=guarded_table)


@hooks.on_infra_start()
def start_lab() -> None:
    """Sweep what a killed lab left, and open the admin routes."""
    from localstack.aws import handlers
    from localstack.services.internal import get_internal_apis

    from rds_lab.admin import calls, config, faults, happenings, iam, instances
    from rds_lab.gateway import Gateway, patch_server
    from rds_lab.kept_xml import patch_serializer
    from rds_lab.lab import lab
    from rds_lab.neighbours import ec2
    from rds_lab.rds.catalog.versions import ENGINES
    from rds_lab.scalars import patch_parser

    gateway = Gateway(lab().calls, lab().faults)
    patch_server()
    patch_parser()
    patch_serializer()
    handlers.serve_custom_service_request_handlers.append(gateway.before)
    handlers.serve_custom_service_request_handlers.append(lab().enforcer.before)
    handlers.run_custom_response_handlers.append(gateway.after)
    router = get_internal_apis()
    calls.register(router, lab().calls)
    faults.register(router, lab().faults)
    config.register(router, lab().settings)
    happenings.register(router, lab().happenings)
    iam.register(router, lab().enforcer)
    instances.register(router, lab().happenings)
    ec2.load_in_background()
    for engine in ENGINES:
        LOG.info("RDS offers %s %s", engine, ", ".join(lab().servers.versions(engine)) or "in no version")


@hooks.on_infra_shutdown()
def stop_lab() -> None:
    """Keep what IAM decided; end every server and remove its data."""
    from rds_lab.lab import lab
    from rds_lab.paths import lab_paths

    try:
        lab().enforcer.audit.save(lab_paths().audit)
    finally:
        lab().servers.stop_all()
