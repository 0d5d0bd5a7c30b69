import { SegmentedControl } from '@mantine/core';
import { IconListCheck } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useTasks } from '../../api/tasks.ts';
import { TASK_STATUSES } from '../../app/search-params.ts';
import { EmptyState } from '../../shared/empty-state.tsx';
import { PageHeader } from '../../shared/page-header.tsx';
import { PagedRows } from '../../shared/paged-rows.tsx';
import { statusWords } from './status.ts';
import { TaskRow } from './task-row.tsx';
import classes from './tasks-page.module.css';

const route = getRouteApi('/signed-in/tasks');

export function TasksPage() {
  const { status } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHeader title="Tasks" lead="Work that goes on in the background, and what became of it." />
      <div className={classes.filter}>
        <SegmentedControl
          aria-label="Status"
          data={[
            { value: 'all', label: 'All' },
            ...TASK_STATUSES.map((value) => ({ value, label: statusWords(value) })),
          ]}
          value={status ?? 'all'}
          onChange={(value) => {
            const chosen = TASK_STATUSES.find((candidate) => candidate === value);
            void navigate({ search: chosen === undefined ? {} : { status: chosen } });
          }}
        />
      </div>
      <TaskList />
    </>
  );
}

function TaskList() {
  const { status } = route.useSearch();
  const tasks = useTasks(status === undefined ? {} : { status });
  return (
    <PagedRows
      query={tasks}
      name="tasks"
      className={classes.columns}
      rowHeight={72}
      empty={
        <EmptyState
          icon={<IconListCheck />}
          title={status === undefined ? 'No tasks yet' : 'No task is in this state'}
        >
          Adding documents starts one. It shows here how far it has come, and can be cancelled or tried again.
        </EmptyState>
      }
    >
      {(task) => <TaskRow key={task.id} task={task} />}
    </PagedRows>
  );
}
