"""Makes `import factories` work in every folder of the tests (pytest puts the folder of a conftest on the path)."""

from __future__ import annotations

import os
import tempfile

os.environ["BRONNEN_MODELS"] = tempfile.gettempdir() + "/bronnen-tests-have-no-models"  # not those of who runs them
