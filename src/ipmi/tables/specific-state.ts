import { SensorType } from "./sensor-type.ts";
import { type StateTable, states } from "./state-row.ts";

/**
 * States of the sensor-specific class 6Fh by sensor type - IPMI 2.0 table 42-3. Severities are those
 * of FreeIPMI's interpretation files; deviations say why. Types that are not here have generic or
 * threshold states only.
 */
export const SPECIFIC_STATES: ReadonlyMap<number, StateTable> = new Map([
  [
    SensorType.PhysicalSecurity,
    states(
      [0, "chassis_intrusion", "General Chassis Intrusion", "C"],
      [1, "drive_bay_intrusion", "Drive Bay intrusion", "C"],
      [2, "io_card_area_intrusion", "I/O Card area intrusion", "C"],
      [3, "processor_area_intrusion", "Processor area intrusion", "C"],
      [4, "lan_leash_lost", "LAN Leash Lost", "C"],
      [5, "unauthorised_dock", "Unauthorised dock", "C"],
      [6, "fan_area_intrusion", "FAN area intrusion", "C"],
    ),
  ],
  [
    SensorType.PlatformSecurity,
    states(
      [0, "secure_mode_violation", "Secure Mode Violation attempt", "C"],
      [1, "pre_boot_user_password_violation", "Pre-boot Password Violation - user password", "C"],
      [2, "pre_boot_setup_password_violation", "Pre-boot Password Violation - setup password", "C"],
      [3, "pre_boot_network_password_violation", "Pre-boot Password Violation - network boot password", "C"],
      [4, "other_pre_boot_password_violation", "Other pre-boot Password Violation", "C"],
      [5, "out_of_band_password_violation", "Out-of-band Access Password Violation", "C"],
    ),
  ],
  [
    SensorType.Processor,
    states(
      [0x0, "ierr", "IERR", "C"],
      [0x1, "thermal_trip", "Thermal Trip", "C"],
      [0x2, "frb1_bist_failure", "FRB1/BIST failure", "C"],
      [0x3, "frb2_hang", "FRB2/Hang in POST failure", "C"],
      [0x4, "frb3_no_start", "FRB3/Processor Startup/Initialisation failure", "C"],
      [0x5, "configuration_error", "Configuration Error", "C"],
      [0x6, "uncorrectable_complex_error", "SM BIOS Uncorrectable CPU-complex Error", "C"],
      [0x7, "presence_detected", "Processor Presence detected", "N"],
      [0x8, "disabled", "Processor disabled", "C"],
      // FreeIPMI: critical. A terminator in an empty socket is how it should be.
      [0x9, "terminator_presence_detected", "Terminator Presence Detected", "N"],
      [0xa, "throttled", "Processor Automatically Throttled", "W"],
      [0xb, "machine_check", "Machine Check Exception", "C"],
      [0xc, "correctable_machine_check", "Correctable Machine Check Error", "W"],
    ),
  ],
  [
    SensorType.PowerSupply,
    states(
      [0, "presence_detected", "Presence detected", "N"],
      [1, "failure_detected", "Power Supply Failure detected", "C/C"],
      [2, "predictive_failure", "Predictive Failure", "C/C"],
      [3, "input_lost", "Power Supply input lost (AC/DC)", "C/W"],
      [4, "input_lost_or_out_of_range", "Power Supply input lost or out-of-range", "C/W"],
      [5, "input_out_of_range", "Power Supply input out-of-range, but present", "C/W"],
      [6, "configuration_error", "Configuration error", "C/C"],
      [7, "inactive", "Power Supply Inactive (in standby state)", "W/W"],
    ),
  ],
  [
    SensorType.PowerUnit,
    states(
      [0, "power_off", "Power Off/Power Down", "N"],
      [1, "power_cycle", "Power Cycle", "N"],
      [2, "power_down_240va", "240VA Power Down", "W"],
      [3, "interlock_power_down", "Interlock Power Down", "W/W"],
      [4, "ac_lost", "AC lost/Power input lost", "C/W"],
      [5, "soft_power_control_failure", "Soft Power Control Failure", "C/C"],
      [6, "failure_detected", "Power Unit Failure detected", "C/C"],
      [7, "predictive_failure", "Predictive Failure", "C/C"],
    ),
  ],
  [
    SensorType.Memory,
    states(
      [0x0, "correctable_ecc", "Correctable memory error", "W"],
      [0x1, "uncorrectable_ecc", "Uncorrectable memory error", "C"],
      [0x2, "parity_error", "Parity", "C"],
      [0x3, "scrub_failed", "Memory Scrub Failed", "C"],
      [0x4, "disabled", "Memory Device Disabled", "C"],
      [0x5, "correctable_ecc_logging_limit", "Correctable memory error logging limit reached", "W"],
      [0x6, "presence_detected", "Presence detected", "N"],
      [0x7, "configuration_error", "Configuration error", "C"],
      [0x8, "spare", "Spare", "N"],
      [0x9, "throttled", "Memory Automatically Throttled", "W"],
      [0xa, "critical_overtemperature", "Critical Overtemperature", "C"],
    ),
  ],
  [
    SensorType.DriveSlot,
    states(
      [0, "drive_present", "Drive Presence", "N"],
      [1, "drive_fault", "Drive Fault", "C"],
      [2, "predictive_failure", "Predictive Failure", "C"],
      [3, "hot_spare", "Hot Spare", "N"],
      [4, "consistency_check", "Consistency Check/Parity Check in progress", "N"],
      [5, "in_critical_array", "In Critical Array", "C"],
      [6, "in_failed_array", "In Failed Array", "C"],
      // FreeIPMI: nominal. While it rebuilds, the array has no redundancy.
      [7, "rebuild_in_progress", "Rebuild/Remap in progress", "W"],
      [8, "rebuild_aborted", "Rebuild/Remap Aborted", "C"],
    ),
  ],
  [
    SensorType.SystemFirmware,
    states(
      [0, "firmware_error", "System Firmware Error", "C"],
      [1, "firmware_hang", "System Firmware Hang", "C"],
      [2, "firmware_progress", "System Firmware Progress", "N"],
    ),
  ],
  [
    SensorType.EventLogging,
    states(
      [0, "correctable_memory_logging_disabled", "Correctable Memory Error Logging Disabled", "C"],
      [1, "event_type_logging_disabled", "Event Type Logging Disabled", "C"],
      [2, "log_cleared", "Log Area Reset/Cleared", "N"],
      [3, "all_logging_disabled", "All Event Logging Disabled", "C"],
      [4, "sel_full", "SEL Full", "C"],
      [5, "sel_almost_full", "SEL Almost Full", "W"],
      [6, "correctable_machine_check_logging_disabled", "Correctable Machine Check Error Logging Disabled", "C"],
    ),
  ],
  [
    SensorType.Watchdog1,
    states(
      [0, "bios_reset", "BIOS Watchdog Reset", "C"],
      [1, "os_reset", "OS Watchdog Reset", "C"],
      [2, "os_shutdown", "OS Watchdog Shut Down", "C"],
      [3, "os_power_down", "OS Watchdog Power Down", "C"],
      [4, "os_power_cycle", "OS Watchdog Power Cycle", "C"],
      [5, "os_nmi", "OS Watchdog NMI/Diagnostic Interrupt", "C"],
      [6, "expired", "OS Watchdog Expired, status only", "W"],
      [7, "pre_timeout_interrupt", "OS Watchdog pre-timeout Interrupt, non-NMI", "W"],
    ),
  ],
  [
    SensorType.SystemEvent,
    states(
      [0, "system_reconfigured", "System Reconfigured", "W"],
      [1, "oem_boot_event", "OEM System Boot Event", "N"],
      [2, "undetermined_hardware_failure", "Undetermined system hardware failure", "C"],
      [3, "auxiliary_log_entry", "Entry added to Auxiliary Log", "N"],
      [4, "pef_action", "PEF Action", "N"],
      // FreeIPMI: warning. Every boot of many boards sets the clock.
      [5, "clock_sync", "Timestamp Clock Synch", "N"],
    ),
  ],
  [
    SensorType.CriticalInterrupt,
    states(
      [0x0, "front_panel_nmi", "Front Panel NMI/Diagnostic Interrupt", "C"],
      [0x1, "bus_timeout", "Bus Timeout", "C"],
      [0x2, "io_channel_check", "I/O Channel Check NMI", "C"],
      [0x3, "software_nmi", "Software NMI", "W"],
      [0x4, "pci_perr", "PCI PERR", "C"],
      [0x5, "pci_serr", "PCI SERR", "C"],
      [0x6, "eisa_timeout", "EISA Fail Safe Timeout", "C"],
      [0x7, "bus_correctable_error", "Bus Correctable Error", "W"],
      [0x8, "bus_uncorrectable_error", "Bus Uncorrectable Error", "C"],
      [0x9, "fatal_nmi", "Fatal NMI", "C"],
      [0xa, "bus_fatal_error", "Bus Fatal Error", "C"],
      [0xb, "bus_degraded", "Bus Degraded", "W"],
    ),
  ],
  [
    SensorType.Button,
    states(
      [0, "power_button_pressed", "Power Button pressed", "N"],
      [1, "sleep_button_pressed", "Sleep Button pressed", "N"],
      [2, "reset_button_pressed", "Reset Button pressed", "N"],
      [3, "fru_latch_open", "FRU latch open", "W"],
      [4, "service_request", "FRU service request button", "W"],
    ),
  ],
  [
    0x19,
    states(
      [0, "soft_power_control_failure", "Soft Power Control Failure", "C"],
      [1, "thermal_trip", "Thermal Trip", "C"],
    ),
  ],
  [
    0x1b,
    states(
      [0, "connected", "Cable/Interconnect is connected", "N"],
      [1, "configuration_error", "Configuration Error - Incorrect cable connected", "C"],
    ),
  ],
  [
    0x1d,
    states(
      [0, "power_up", "Initiated by power up", "N"],
      [1, "hard_reset", "Initiated by hard reset", "N"],
      [2, "warm_reset", "Initiated by warm reset", "N"],
      [3, "pxe_boot", "User requested PXE boot", "N"],
      [4, "diagnostic_boot", "Automatic boot to diagnostic", "N"],
      [5, "software_hard_reset", "OS/run-time software initiated hard reset", "W"],
      [6, "software_warm_reset", "OS/run-time software initiated warm reset", "W"],
      [7, "system_restart", "System Restart", "N"],
    ),
  ],
  [
    SensorType.BootError,
    states(
      [0, "no_bootable_media", "No bootable media", "C"],
      [1, "non_bootable_diskette", "Non-bootable diskette left in drive", "C"],
      [2, "pxe_server_not_found", "PXE Server not found", "C"],
      [3, "invalid_boot_sector", "Invalid boot sector", "C"],
      [4, "boot_selection_timeout", "Timeout waiting for user selection of boot source", "W"],
    ),
  ],
  [
    0x1f,
    states(
      [0x0, "a_boot_completed", "A: boot completed", "N"],
      [0x1, "c_boot_completed", "C: boot completed", "N"],
      [0x2, "pxe_boot_completed", "PXE boot completed", "N"],
      [0x3, "diagnostic_boot_completed", "Diagnostic boot completed", "N"],
      [0x4, "cd_rom_boot_completed", "CD-ROM boot completed", "N"],
      [0x5, "rom_boot_completed", "ROM boot completed", "N"],
      // FreeIPMI: warning. It is a boot that ended well from a device without a name.
      [0x6, "boot_completed", "Boot completed - device not specified", "N"],
      [0x7, "installation_started", "Base OS/Hypervisor Installation started", "N"],
      [0x8, "installation_completed", "Base OS/Hypervisor Installation completed", "N"],
      [0x9, "installation_aborted", "Base OS/Hypervisor Installation aborted", "W"],
      [0xa, "installation_failed", "Base OS/Hypervisor Installation failed", "C"],
    ),
  ],
  [
    SensorType.OsStop,
    states(
      [0, "load_critical_stop", "Critical stop during OS load/initialisation", "C"],
      [1, "run_time_critical_stop", "Run-time Critical Stop", "C"],
      [2, "graceful_stop", "OS Graceful Stop", "W"],
      [3, "graceful_shutdown", "OS Graceful Shutdown", "W"],
      [4, "pef_soft_shutdown", "Soft Shutdown initiated by PEF", "W"],
      [5, "agent_not_responding", "Agent Not Responding", "C"],
    ),
  ],
  [
    0x21,
    states(
      [0, "fault", "Fault Status asserted", "C"],
      // FreeIPMI: warning. Somebody switched the identify light on.
      [1, "identify", "Identify Status asserted", "N"],
      [2, "device_installed", "Slot/Connector Device installed/attached", "N"],
      [3, "ready_for_installation", "Slot/Connector Ready for Device Installation", "N"],
      [4, "ready_for_removal", "Slot/Connector Ready for Device Removal", "N"],
      [5, "power_off", "Slot Power is Off", "N"],
      [6, "removal_request", "Slot/Connector Device Removal Request", "W"],
      [7, "interlock", "Interlock asserted", "W"],
      [8, "disabled", "Slot is Disabled", "W"],
      [9, "spare", "Slot holds spare device", "N"],
    ),
  ],
  [
    SensorType.AcpiPowerState,
    states(
      [0x0, "s0", "S0/G0", "N"],
      [0x1, "s1", "S1", "N"],
      [0x2, "s2", "S2", "N"],
      [0x3, "s3", "S3", "N"],
      [0x4, "s4", "S4", "N"],
      [0x5, "s5", "S5/G2", "N"],
      [0x6, "s4_s5", "S4/S5 soft-off", "N"],
      [0x7, "g3", "G3/Mechanical Off", "N"],
      [0x8, "sleeping", "Sleeping in an S1, S2, or S3 states", "N"],
      [0x9, "g1", "G1 sleeping", "N"],
      [0xa, "s5_override", "S5 entered by override", "N"],
      [0xb, "legacy_on", "Legacy ON state", "N"],
      [0xc, "legacy_off", "Legacy OFF state", "N"],
      [0xd, "unspecified", "Unspecified", "C"],
      // FreeIPMI: critical. Firmware that does not know is no failure of the machine.
      [0xe, "unknown", "Unknown", "W"],
    ),
  ],
  [
    SensorType.Watchdog2,
    states(
      [0, "timer_expired", "Timer expired, status only", "W"],
      [1, "hard_reset", "Hard Reset", "C"],
      [2, "power_down", "Power Down", "C"],
      [3, "power_cycle", "Power Cycle", "C"],
      [8, "pre_timeout_interrupt", "Timer interrupt", "W"],
    ),
  ],
  [
    SensorType.PlatformAlert,
    states(
      [0, "page", "Platform generated page", "N"],
      [1, "lan_alert", "Platform generated LAN alert", "N"],
      [2, "platform_event_trap", "Platform Event Trap generated", "N"],
      [3, "oem_trap", "Platform generated SNMP trap, OEM format", "N"],
    ),
  ],
  [
    SensorType.EntityPresence,
    states(
      [0, "entity_present", "Entity Present", "N"],
      [1, "entity_absent", "Entity Absent", "C"],
      [2, "entity_disabled", "Entity Disabled", "C"],
    ),
  ],
  [0x27, states([0, "heartbeat_lost", "LAN Heartbeat Lost", "W"], [1, "heartbeat", "LAN Heartbeat", "N"])],
  [
    0x28,
    states(
      [0, "sensor_access_degraded", "Sensor access degraded or unavailable", "C"],
      [1, "controller_access_degraded", "Controller access degraded or unavailable", "C"],
      [2, "controller_off_line", "Management controller off-line", "C"],
      [3, "controller_unavailable", "Management controller unavailable", "C"],
      [4, "sensor_failure", "Sensor failure", "C"],
      [5, "fru_failure", "FRU failure", "C"],
    ),
  ],
  [
    SensorType.Battery,
    states(
      [0, "battery_low", "Battery low (predictive failure)", "W"],
      [1, "battery_failed", "Battery failed", "C"],
      [2, "presence_detected", "Battery presence detected", "N"],
    ),
  ],
  [
    0x2a,
    states(
      [0, "session_activated", "Session Activated", "N"],
      [1, "session_deactivated", "Session Deactivated", "N"],
      [2, "invalid_user_or_password", "Invalid Username or Password", "W"],
      [3, "account_disabled", "Account disabled after invalid passwords", "C"],
    ),
  ],
  [
    SensorType.VersionChange,
    states(
      [0, "hardware_change", "Hardware change detected with associated Entity", "W"],
      [1, "firmware_change", "Firmware or software change detected with associated Entity", "W"],
      [2, "hardware_incompatible", "Hardware incompatibility detected with associated Entity", "C"],
      [3, "firmware_incompatible", "Firmware or software incompatibility detected with associated Entity", "C"],
      [4, "invalid_hardware_version", "Entity is of an invalid or unsupported hardware version", "C"],
      [5, "invalid_firmware_version", "Entity contains an invalid or unsupported firmware or software version", "C"],
      [6, "hardware_change_ok", "Hardware Change detected with associated Entity was successful", "N"],
      [7, "firmware_change_ok", "Software or F/W Change detected with associated Entity was successful", "N"],
    ),
  ],
  [
    SensorType.FruState,
    states(
      [0, "not_installed", "FRU Not Installed", "C"],
      [1, "inactive", "FRU Inactive", "C"],
      [2, "activation_requested", "FRU Activation Requested", "W"],
      [3, "activation_in_progress", "FRU Activation In Progress", "W"],
      [4, "active", "FRU Active", "N"],
      [5, "deactivation_requested", "FRU Deactivation Requested", "W"],
      [6, "deactivation_in_progress", "FRU Deactivation In Progress", "W"],
      [7, "communication_lost", "FRU Communication Lost", "C"],
    ),
  ],
]);
