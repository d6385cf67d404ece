"""What the portal makes of Streamlit's own settings before it serves anybody."""

from collections.abc import Iterator

import pytest
from streamlit import config

from components import tuning
from portal_data.errors import Invalid


@pytest.fixture
def base_path() -> Iterator[None]:
    """Give `server.baseUrlPath` back as it was."""
    before = config.get_option("server.baseUrlPath")
    yield
    config.set_option("server.baseUrlPath", before)


@pytest.mark.usefixtures("base_path")
@pytest.mark.parametrize("given", ["", "billing/portal", "/billing/portal/"])
def test_streamlit_lives_at_the_root_under_any_path(given: str) -> None:
    config.set_option("server.baseUrlPath", given)
    tuning.take_base_path("/billing/portal")
    assert config.get_option("server.baseUrlPath") == ""


@pytest.mark.usefixtures("base_path")
@pytest.mark.parametrize("path", ["", "/billing"])
def test_two_paths_that_differ_stop_the_start(path: str) -> None:
    config.set_option("server.baseUrlPath", "portal")
    with pytest.raises(Invalid, match="PORTAL_BASE_URL"):
        tuning.take_base_path(path)
