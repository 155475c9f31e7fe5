"""RDS's errors, with the wire codes and statuses of its own model.

Some codes drop the shape's "Fault", some keep it: they are looked up, never typed (rds-semantics §1).
"""

from functools import cache

from botocore.loaders import Loader
from botocore.model import ServiceModel
from localstack.aws.api import CommonServiceException


@cache
def _model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("rds", "service-2"))


def fault(shape: str, message: str) -> CommonServiceException:
    """A fault that the model knows, as ``DBInstanceNotFoundFault``."""
    error = _model().shape_for(shape).metadata["error"]
    return CommonServiceException(
        error["code"], message, status_code=error["httpStatusCode"], sender_fault=True
    )


def _plain(code: str, message: str) -> CommonServiceException:
    return CommonServiceException(code, message, status_code=400, sender_fault=True)


def invalid_value(message: str) -> CommonServiceException:
    """A value that is wrong by itself."""
    return _plain("InvalidParameterValue", message)


def invalid_combination(message: str) -> CommonServiceException:
    """Values that do not go together, or not with what is there."""
    return _plain("InvalidParameterCombination", message)


def missing(parameter: str) -> CommonServiceException:
    """A required parameter that was not sent."""
    return _plain("MissingParameter", f"The request must contain the parameter {parameter}.")


def invalid_state(message: str) -> CommonServiceException:
    """Not in this state of the instance."""
    return fault("InvalidDBInstanceStateFault", message)


def instance_not_found(identifier: str) -> CommonServiceException:
    """No such instance."""
    return fault("DBInstanceNotFoundFault", f"DBInstance {identifier} not found.")
