"""The machine and the account that the doctor looks at."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.doctor.account import Account
from gvm.errors import GvmError
from gvm.store.paths import Paths
from gvm.text import quote

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Host:
    """What checks look at.

    Attributes:
        account: whose account.
        sudoer: who calls sudo.
        environ: the caller's variables, for what is typed in the caller's shell.
        files_environ: the variables that say where the account's files are.
        shims: the account's own.
        is_system: whether only what is everybody's is looked at.
        secret: of this run, which no profile can print by chance.
    """

    account: Account
    sudoer: Account
    environ: Mapping[str, str]
    files_environ: Mapping[str, str]
    shims: Path
    is_system: bool
    secret: str

    @classmethod
    def find(
        cls,
        environ: Mapping[str, str],
        own_environ: Mapping[str, str],
        root: Path,
        *,
        user: str | None = None,
        is_system: bool = False,
    ) -> Host:
        """Find out whose account is meant.

        Args:
            environ: the caller's variables …
            own_environ: … and those of them that name nobody else's directories.
            root: the caller's.
            user: another user, whom root looks at.
            is_system: whether only what is everybody's is looked at.

        Raises:
            GvmError: there is no such user, or this is not root.
        """
        account, files = _account(own_environ, user, is_system=is_system)
        own = root if account.is_own else None
        paths = Paths.of({**files, "HOME": str(account.home)}, own)
        return cls(
            account=account,
            sudoer=Account.current() if is_system else account,
            environ=environ,
            files_environ=files,
            shims=paths.user / "shims",
            is_system=is_system,
            secret=secrets.token_hex(16),
        )


def _account(
    own_environ: Mapping[str, str], user: str | None, *, is_system: bool
) -> tuple[Account, Mapping[str, str]]:
    """Return an account, and the variables that say where its files are."""
    is_root = os.geteuid() == 0
    if user is not None:
        if not is_root:
            raise GvmError("--user is for root", hint=f"sudo gvm doctor --user {user}")
        account = Account.by_name(user)
        if account is None:
            raise GvmError(f"there is no user {quote(user)}", hint="getent passwd")
        return account, {}
    if is_system:
        # Who has done nothing himself finds only what is everybody's.
        nobody = Account.by_name("nobody") if is_root else None
        return replace(nobody or Account.current(), home=Path("/nonexistent")), {}
    home = own_environ.get("HOME") or "/"
    return replace(Account.current(), home=Path(home)), own_environ
