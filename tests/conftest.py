"""Makes `import factories` work in every folder of the tests (pytest puts the folder of a conftest on the path)."""
