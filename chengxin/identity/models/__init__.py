"""Persons and their codes, organisations, users."""

from chengxin.identity.models.keys import KeyPointers, KeyRotation, RotationStep, VaultKey
from chengxin.identity.models.officers import Officers, RoleGrant, RoleUse, User
from chengxin.identity.models.organisations import Organisation
from chengxin.identity.models.people import Code, Person

__all__ = [
    "Code",
    "KeyPointers",
    "KeyRotation",
    "Officers",
    "Organisation",
    "Person",
    "RoleGrant",
    "RoleUse",
    "RotationStep",
    "User",
    "VaultKey",
]
