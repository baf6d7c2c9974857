"""Persons and their codes, organisations, users and their sessions, organisations' systems, real-name checks."""

from chengxin.identity.models.clients import Client, ClientAssertion, ClientKey, ClientLimits, ClientRedirect, WorkDay
from chengxin.identity.models.contacts import Contact, ContactDay, Notice
from chengxin.identity.models.delegations import Delegation
from chengxin.identity.models.keys import KeyPointers, KeyRotation, RotationStep, VaultKey
from chengxin.identity.models.login import DemoPerson, FailedTry, House, RecoveryCode, Session, Totp
from chengxin.identity.models.officers import Declaration, GroupMember, Officers, RoleGrant, RoleUse, User
from chengxin.identity.models.organisations import Licence, NeededLicence, Organisation
from chengxin.identity.models.people import Code, Person
from chengxin.identity.models.population import (
    Attestation,
    Capacity,
    DroppedSequence,
    MinorWord,
    ParkedEvent,
    PopulationCall,
    PopulationEvent,
    Snapshot,
    WithdrawnCode,
)
from chengxin.identity.models.restorations import Restoration
from chengxin.identity.models.rows import RowKey
from chengxin.identity.models.saved_views import KEPT_MOST, SavedView
from chengxin.identity.models.scans import Scan, ScanKind, ScanPiece
from chengxin.identity.models.suspensions import Suspension
from chengxin.identity.models.transfers import Transfer, TransferCode, TransferStep
from chengxin.identity.models.verification import (
    CheckReplay,
    CheckUse,
    CodeTries,
    RealNameBasis,
    RealNameCheck,
    Registration,
)
from chengxin.identity.models.visits import Visit

__all__ = [
    "KEPT_MOST",
    "Attestation",
    "Capacity",
    "CheckReplay",
    "CheckUse",
    "Client",
    "ClientAssertion",
    "ClientKey",
    "ClientLimits",
    "ClientRedirect",
    "Code",
    "CodeTries",
    "Contact",
    "ContactDay",
    "Declaration",
    "Delegation",
    "DemoPerson",
    "DroppedSequence",
    "FailedTry",
    "GroupMember",
    "House",
    "KeyPointers",
    "KeyRotation",
    "Licence",
    "MinorWord",
    "NeededLicence",
    "Notice",
    "Officers",
    "Organisation",
    "ParkedEvent",
    "Person",
    "PopulationCall",
    "PopulationEvent",
    "RealNameBasis",
    "RealNameCheck",
    "RecoveryCode",
    "Registration",
    "Restoration",
    "RoleGrant",
    "RoleUse",
    "RotationStep",
    "RowKey",
    "SavedView",
    "Scan",
    "ScanKind",
    "ScanPiece",
    "Session",
    "Snapshot",
    "Suspension",
    "Totp",
    "Transfer",
    "TransferCode",
    "TransferStep",
    "User",
    "VaultKey",
    "Visit",
    "WithdrawnCode",
    "WorkDay",
]
