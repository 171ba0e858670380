/** A family of ipmi_exporter, with its exact name and HELP text, because tools compare both. */
export interface DialectFamily {
  readonly name: string;
  readonly help: string;
}

const family = (name: string, help: string): DialectFamily => ({ name: `ipmi_${name}`, help });

export const FAMILIES = {
  bmcInfo: family("bmc_info", "Constant metric with value '1' providing details about the BMC."),
  watchdogTimer: family("bmc_watchdog_timer_state", "Watchdog timer running (1: running, 0: stopped)"),
  watchdogUse: family("bmc_watchdog_timer_use_state", "Watchdog timer use (1: active, 0: inactive)"),
  watchdogLogging: family(
    "bmc_watchdog_logging_state",
    "Watchdog log flag (1: Enabled, 0: Disabled / note: reverse of freeipmi)",
  ),
  watchdogAction: family("bmc_watchdog_timeout_action_state", "Watchdog timeout action (1: active, 0: inactive)"),
  watchdogInterrupt: family(
    "bmc_watchdog_pretimeout_interrupt_state",
    "Watchdog pre-timeout interrupt (1: active, 0: inactive)",
  ),
  watchdogInterval: family("bmc_watchdog_pretimeout_interval_seconds", "Watchdog pre-timeout interval in seconds"),
  watchdogInitial: family("bmc_watchdog_initial_countdown_seconds", "Watchdog initial countdown in seconds"),
  watchdogCurrent: family("bmc_watchdog_current_countdown_seconds", "Watchdog current countdown in seconds"),
  chassisPower: family("chassis_power_state", "Current power state (1=on, 0=off)."),
  chassisDrive: family("chassis_drive_fault_state", "Current drive fault state (1=false, 0=true)."),
  chassisCooling: family("chassis_cooling_fault_state", "Current Cooling/fan fault state (1=false, 0=true)."),
  consumption: family("dcmi_power_consumption_watts", "Current power consumption in Watts."),
  selEntries: family("sel_logs_count", "Current number of log entries in the SEL."),
  selFree: family("sel_free_space_bytes", "Current free space remaining for new SEL entries."),
  selEventsByState: family("sel_events_count_by_state", "Current number of log entries in the SEL by state."),
  selEventsByName: family("sel_events_count_by_name", "Current number of custom log entries in the SEL by name."),
  selEventsLatest: family("sel_events_latest_timestamp", "Latest timestamp of custom log entries in the SEL by name."),
  fanRpm: family("fan_speed_rpm", "Fan speed in rotations per minute."),
  fanRatio: family("fan_speed_ratio", "Fan speed as a proportion of the maximum speed."),
  fanState: family("fan_speed_state", "Reported state of a fan speed sensor (0=nominal, 1=warning, 2=critical)."),
  temperature: family("temperature_celsius", "Temperature reading in degree Celsius."),
  temperatureState: family(
    "temperature_state",
    "Reported state of a temperature sensor (0=nominal, 1=warning, 2=critical).",
  ),
  voltage: family("voltage_volts", "Voltage reading in Volts."),
  voltageState: family("voltage_state", "Reported state of a voltage sensor (0=nominal, 1=warning, 2=critical)."),
  current: family("current_amperes", "Current reading in Amperes."),
  currentState: family("current_state", "Reported state of a current sensor (0=nominal, 1=warning, 2=critical)."),
  power: family("power_watts", "Power reading in Watts."),
  powerState: family("power_state", "Reported state of a power sensor (0=nominal, 1=warning, 2=critical)."),
  sensorValue: family(
    "sensor_value",
    "Generic data read from an IPMI sensor of unknown type, relying on labels for context.",
  ),
  sensorState: family(
    "sensor_state",
    "Indicates the severity of the state reported by an IPMI sensor (0=nominal, 1=warning, 2=critical).",
  ),
  up: family("up", "'1' if a scrape of the IPMI device was successful, '0' otherwise."),
  duration: family("scrape_duration_seconds", "Returns how long the scrape took to complete in seconds."),
} as const;

/** One sample. Unlike elsewhere, NaN is a value: users of ipmi_exporter expect it for unknown values. */
export interface DialectSample {
  readonly family: DialectFamily;
  readonly labels?: readonly (readonly [name: string, value: string])[];
  readonly value: number;
}
