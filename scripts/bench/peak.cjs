// Required before the program: tells its peak memory, in kilobytes, as the last thing it prints.
process.on('exit', () => process.stderr.write(`peak ${process.resourceUsage().maxRSS}\n`));
