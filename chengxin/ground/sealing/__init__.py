"""The access register numbered, sealed in trees and signed for (docs/adr/0026-sealing.md)."""
