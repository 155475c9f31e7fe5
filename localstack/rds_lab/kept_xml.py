"""What RDS says of a DB instance becomes XML once per change, not once per question.

LocalStack's serializer walks the model of every value of every instance in every answer, which was most of
what a lab does. Here the XML of an instance is kept under all that it says.
"""

import pickle
import re
import threading
from typing import Any
from xml.etree import ElementTree

from botocore.model import Shape
from cachetools import LRUCache
from localstack.aws.protocol.serializer import BaseXMLResponseSerializer
from localstack.constants import APPLICATION_JSON

_SHAPE = "DBInstance"
# Some 5 kB each.
_KEPT = 1000
# No name of RDS; and in texts the bracket would be escaped.
_TAG = "kept-xml"
_MARK = re.compile(rb"<kept-xml ?/>")


class _Kept(ElementTree.Element):
    """Stands in a tree for an element that is XML already."""

    def __init__(self, xml: bytes) -> None:
        super().__init__(_TAG)
        self.xml = xml


def patch_serializer() -> None:
    """Have LocalStack's serializer keep what it has written of DB instances."""
    serialize = BaseXMLResponseSerializer._serialize
    to_string = BaseXMLResponseSerializer._node_to_string
    cache: LRUCache[tuple[str, bytes], bytes] = LRUCache(_KEPT)
    lock = threading.Lock()

    def written(self: Any, shape: Shape, params: Any, node: Any, name: str, mime_type: str) -> None:
        if shape is None or shape.name != _SHAPE or mime_type == APPLICATION_JSON:
            serialize(self, shape, params, node, name, mime_type)
            return
        key = (name, pickle.dumps(params))
        with lock:
            xml = cache.get(key)
        if xml is None:
            parent = ElementTree.Element("parent")
            serialize(self, shape, params, parent, name, mime_type)
            xml = ElementTree.tostring(parent[0], encoding="utf-8")
            with lock:
                cache[key] = xml
        node.append(_Kept(xml))

    def whole(self: Any, root: Any, mime_type: str) -> Any:
        text = to_string(self, root, mime_type)
        kept = [each.xml for each in root.iter(_TAG)] if root is not None else []
        if not kept:
            return text
        rest = iter(kept)
        return _MARK.sub(lambda _: next(rest), text)

    BaseXMLResponseSerializer._serialize = written
    BaseXMLResponseSerializer._node_to_string = whole
