import { createReport, type Report } from './report.ts';

export async function measureSnapshots(): Promise<Report> {
  return createReport('Snapshots');
}
