"""Secrets that are planted to be listened for."""

from base64 import b64encode
from dataclasses import dataclass, field


@dataclass
class Canaries:
    """Every secret that was planted, and where its song was heard."""

    planted: dict[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)

    def plant(self, what: str) -> str:
        self.planted[what] = f"canary{len(self.planted):03}.{what}.7d0c4e91f2"
        return self.planted[what]

    def listen(self, text: str, where: str) -> None:
        """Also for base64 of it, at each of the three places at which it may begin, and for hexadecimal digits."""
        for what, secret in self.planted.items():
            forms = [secret, secret.encode().hex(), *(_base64(secret, before) for before in range(3))]
            if any(form in text for form in forms):
                self.heard.append(f"{what} in {where}")


def _base64(secret: str, before: int) -> str:
    """What of its base64 does not hang on what stands around it."""
    coded = b64encode(b"x" * before + secret.encode()).decode()
    return coded[4 if before else 0 : len(coded) // 4 * 4 - 4]
