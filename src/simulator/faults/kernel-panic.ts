import { hostFault } from "./fault.ts";

export const kernelPanic = hostFault({
  name: "kernel_panic",
  title: "Kernel panic",
  description:
    "The kernel of the host panics: its serial console shows it and takes no input. Clearing reboots the host.",
  logs: "nothing",
  parameters: {},
  start(host) {
    host.state?.serial.panic();
    return { stop: () => host.state?.serial.boot() };
  },
});
