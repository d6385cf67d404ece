"""Streamlit's own messages between browser and server, as far as the portal looks into them."""

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg


def kind_of(data: bytes) -> str | None:
    """Return the kind of a message from a browser, such as `rerun_script`; None for other bytes."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return None
    kind: str | None = message.WhichOneof("type")
    return kind
