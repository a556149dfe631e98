// An event that lasts all day is asked for dates; the server takes both, and decides by the box alone.
const box = document.getElementById("all_day");
const controls = ["starts_at", "ends_at"].map((name) => document.getElementById(name)).filter(Boolean);
const update = () => {
  for (const one of controls) {
    const [day, hour] = one.value.split("T");
    if (hour) one.dataset.hour = hour;
    one.type = box.checked ? "date" : "datetime-local";
    if (day) one.value = box.checked ? day : `${day}T${one.dataset.hour ?? "09:00"}`;
  }
};
box?.addEventListener("change", update);
