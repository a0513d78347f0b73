"""Well-known values that let the product start on a developer's machine; production refuses each of them."""

SECRET_KEY = "development-only-" + "0123456789abcdef" * 4
ENCRYPTION_KEYS = "dev1:" + "ZGV2ZWxvcG1lbnQtb25seS1lbmNyeXB0aW9uLWtleTE="
API_KEY_HASH_KEY = "development-only-api-key-hash-key"
