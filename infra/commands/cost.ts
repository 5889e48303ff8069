import * as z from 'zod';
import { alarmCount } from '../stage/alarm-ids.ts';
import { idleCost } from '../stage/idle-cost.ts';
import { pricesNoted } from '../stage/prices.ts';
import { costTable, runningCost } from '../stage/running-cost.ts';
import { type Command, readArguments, runCommand, stageName } from './shared/arguments.ts';
import { settingsOf } from './shared/settings-of.ts';

const usage = `npm run cost -- --stage NAME [--table]
  Says what a stage of cdk.json costs on paper: idle, in use, and by the number of watched accounts. Touches nothing.
  The prices are list prices, noted with their date and source; the requests are counted by a test.
  --table  prints the table of infra/README.md alone`;

const command: Command = async (args, print) => {
  const { stage, table } = readArguments(args, usage, { stage: stageName, table: z.boolean().optional() });
  const settings = settingsOf(stage);
  const alarms = alarmCount(settings);
  if (!table) {
    print(`Stage ${stage}, US dollars: ${pricesNoted}`);
    for (const { what, count, each } of idleCost(settings, alarms)) {
      print(`  $${(count * each).toFixed(2)} a month: ${count} x ${what}`);
    }
    for (const { what, each } of runningCost(settings)) print(`  $${each.toFixed(2)}: ${what}`);
    print('');
  }
  const [heading = [], ...rows] = costTable(settings, alarms);
  for (const cells of [heading, heading.map(() => '---'), ...rows]) print(`| ${cells.join(' | ')} |`);
  return true;
};

await runCommand(command);
