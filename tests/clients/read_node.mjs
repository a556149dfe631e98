// Read the calendars named on the command line with ical.js and with node-ical; print what each sees as JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/package.json`);
const ICAL = (await import(require.resolve("ical.js"))).default;
const nodeIcal = require("node-ical");

function withIcalJs(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(new ICAL.Timezone(zone));
  }
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    const instant = (time) => (time.isDate ? time.toString() : time.toJSDate().toISOString());
    return {
      uid: event.uid,
      start: instant(event.startDate),
      end: instant(event.endDate),
      summary: event.summary,
      location: event.location ?? "",
      status: component.getFirstPropertyValue("status") ?? "",
      sequence: event.sequence,
    };
  });
}

function withNodeIcal(text) {
  const instant = (time) =>
    time.dateOnly
      ? `${time.getFullYear()}-${String(time.getMonth() + 1).padStart(2, "0")}-${String(time.getDate()).padStart(2, "0")}`
      : time.toISOString();
  const words = (value) => (typeof value === "object" && value ? value.val : (value ?? ""));
  return Object.values(nodeIcal.sync.parseICS(text))
    .filter((event) => event.type === "VEVENT")
    .map((event) => ({
      uid: event.uid,
      start: instant(event.start),
      end: instant(event.end),
      summary: words(event.summary),
      location: words(event.location),
      status: event.status ?? "",
      sequence: Number(event.sequence ?? 0),
    }));
}

const found = { "ical.js": {}, "node-ical": {} };
for (const path of process.argv.slice(3)) {
  const text = readFileSync(path, "utf8");
  ICAL.TimezoneService.reset();
  found["ical.js"][path] = withIcalJs(text);
  found["node-ical"][path] = withNodeIcal(text);
}
process.stdout.write(JSON.stringify(found));
