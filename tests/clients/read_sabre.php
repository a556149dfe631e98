<?php
// Read the calendars named on the command line with sabre/vobject (Nextcloud, Baïkal); print what it sees as JSON.
foreach (['/usr/share/php/Sabre/VObject/autoload.php', '/usr/share/php/Sabre/autoload.php'] as $autoload) {
    if (is_file($autoload)) {
        require_once $autoload;
        break;
    }
}
spl_autoload_register(function ($name) {
    $path = '/usr/share/php/' . str_replace('\\', '/', $name) . '.php';
    if (is_file($path)) {
        require_once $path;
    }
});

function instant($property)
{
    $at = $property->getDateTime();
    if (strtoupper((string) $property['VALUE']) === 'DATE') {
        return $at->format('Y-m-d');
    }
    return gmdate('Y-m-d\TH:i:s.000\Z', $at->getTimestamp());
}

// Debian's version 2 hands text over as it is written.
function words($property)
{
    return preg_replace_callback('/\\\\([,;])/u', fn ($found) => $found[1], (string) $property);
}

$found = [];
foreach (array_slice($argv, 1) as $path) {
    $calendar = Sabre\VObject\Reader::read(file_get_contents($path));
    $events = [];
    foreach ($calendar->select('VEVENT') as $event) {
        $events[] = [
            'uid' => (string) $event->UID,
            'start' => instant($event->DTSTART),
            'end' => instant($event->DTEND),
            'summary' => words($event->SUMMARY),
            'location' => words($event->LOCATION),
            'status' => (string) $event->STATUS,
            'sequence' => (int) (string) $event->SEQUENCE,
        ];
    }
    $faults = array_filter(
        method_exists($calendar, 'validate') ? $calendar->validate() : [],
        fn ($fault) => $fault['level'] >= 3
    );
    $found[$path] = ['events' => $events, 'faults' => array_column($faults, 'message')];
}
echo json_encode($found, JSON_UNESCAPED_UNICODE);
