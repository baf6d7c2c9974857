"""The account that PostgreSQL runs under: our own, or for root an unprivileged one, since PostgreSQL refuses root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from chengxin.site.runtime.errors import AccountUnusable

# Read and pass through folders whatever their mode (CAP_DAC_READ_SEARCH), kept over exec, and nothing else of root's.
# no_setuid_fixup: PostgreSQL asks access(2) whether its own program is readable, and access(2) forgets capabilities
# of a process that isn't root unless this bit is set.
_CAPABILITY = (
    "--clear-groups",
    "--inh-caps=-all,+dac_read_search",
    "--ambient-caps=-all,+dac_read_search",
    "--bounding-set=-all,+dac_read_search",
    "--securebits=+no_setuid_fixup",
    "--no-new-privs",
)

# Prints the first path that can't be entered (folder, ends in /) or read (file).
_PROBE = """
for path do
  case $path in
    */) (cd -- "$path") 2>/dev/null ;;
    *) (: < "$path") 2>/dev/null ;;
  esac || { printf %s "$path"; exit 1; }
done
"""


@dataclass(frozen=True, slots=True)
class Account:
    """``prefix`` is what a command needs in front of it; ``switched`` that the process must change its user."""

    uid: int
    gid: int
    name: str
    switched: bool = False
    prefix: tuple[str, ...] = ()

    @property
    def owner(self) -> tuple[int, int] | None:
        """User and group that files for the server must be given to, or None where they are ours already."""
        return (self.uid, self.gid) if self.switched else None

    def launch(self, argv: list[str], *, output: int, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Start a program under this account in a session of its own, out of reach of the terminal's Ctrl-C."""
        drop = self.switched and not self.prefix
        return subprocess.Popen(
            [*self.prefix, *argv],
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            # PGPORT, PGDATA and their like must not reach the server, nor a folder that the account can't enter.
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd="/",
            start_new_session=True,
            user=self.uid if drop else None,
            group=self.gid if drop else None,
            extra_groups=[] if drop else None,
        )

    def run(self, argv: list[str]) -> tuple[int, str]:
        """Run a short program under this account; returns its exit code and all that it said."""
        process = self.launch(argv, output=subprocess.PIPE)
        said, _ = process.communicate()
        return process.returncode, said.decode("utf-8", errors="replace")


def account_for(cluster: Path, binaries: Path) -> Account:
    """Choose the account for a cluster that may not exist yet.

    Raises AccountUnusable, naming the folder in the way and the remedy.
    """
    if os.geteuid() != 0:
        return _ourselves(cluster)
    entry = _entry(cluster)
    plain = Account(entry.pw_uid, entry.pw_gid, entry.pw_name, switched=True)
    blocked = _blocked(plain, cluster, binaries)
    if blocked is None:
        return plain
    setpriv = shutil.which("setpriv")
    if setpriv is not None:
        prefix = (setpriv, f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", *_CAPABILITY, "--")
        lifted = Account(entry.pw_uid, entry.pw_gid, entry.pw_name, switched=True, prefix=prefix)
        if _blocked(lifted, cluster, binaries) is None:
            return lifted
    raise AccountUnusable(
        f"账户 {entry.pw_name} 无法进入或读取 {blocked}。请把程序和数据放到它可进入的目录"
        "（例如 /srv），或以普通用户启动，或用 CHENGXIN_PG_USER 指定可进入该目录的账户。",
        f"{entry.pw_name} can't enter or read {blocked}. Put program and data where it can (say, /srv), start as an "
        "ordinary user, or name an account that may enter with CHENGXIN_PG_USER.",
    )


def _ourselves(cluster: Path) -> Account:
    uid = os.geteuid()
    if cluster.exists() and (owner := cluster.stat().st_uid) != uid:
        raise AccountUnusable(
            f"{cluster} 属于另一账户（uid {owner}）。请以该账户或 root 启动，或以 --data 指定另一目录。",
            f"{cluster} belongs to another account (uid {owner}). Start as that account or as root, or name another "
            "folder with --data.",
        )
    return Account(uid, os.getegid(), str(uid))


def _entry(cluster: Path) -> pwd.struct_passwd:
    """Find root's stand-in: the cluster's owner where there is one, CHENGXIN_PG_USER, postgres, nobody."""
    if cluster.exists() and (owner := cluster.stat().st_uid) != 0:
        try:
            return pwd.getpwuid(owner)
        except KeyError:
            return pwd.struct_passwd((str(owner), "", owner, cluster.stat().st_gid, "", "/", ""))
    chosen = os.environ.get("CHENGXIN_PG_USER", "")
    for name in [chosen] if chosen else ["postgres", "nobody"]:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return entry
    raise AccountUnusable(
        "PostgreSQL 不能以 root 运行。请用 CHENGXIN_PG_USER 指定一个存在的普通账户。",
        "PostgreSQL does not run as root. Name an existing unprivileged account with CHENGXIN_PG_USER.",
    )


def _blocked(account: Account, cluster: Path, binaries: Path) -> str | None:
    """Return the first folder or file in the account's way, by really going there, or None when there is none."""
    share = binaries.parent / "share" / "postgresql" / "postgres.bki"
    steps: list[str] = []
    for goal in (binaries, share.parent, cluster.parent):
        steps += [f"{folder}/" for folder in [*reversed(goal.parents), goal] if str(folder) != "/"]
    try:
        code, said = account.run(["/bin/sh", "-c", _PROBE, "sh", *dict.fromkeys(steps), str(share)])
        if code != 0:
            return said or account.name
        # initdb, since it alone needs the libraries beside the package.
        code, said = account.run([str(binaries / "initdb"), "--version"])
    except OSError as error:
        # A container may hold back the right to change user, or a hardened mount the right to execute.
        return f"{error.filename or binaries} ({error.strerror})"
    return None if code == 0 else said.strip()
