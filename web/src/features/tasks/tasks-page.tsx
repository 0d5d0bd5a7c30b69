import { Button, SegmentedControl } from '@mantine/core';
import { IconListCheck } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useTasks } from '../../api/tasks.ts';
import { TASK_STATUSES } from '../../app/search-params.ts';
import { EmptyState } from '../../shared/empty-state.tsx';
import { ErrorState } from '../../shared/error-state.tsx';
import { PageHeader } from '../../shared/page-header.tsx';
import { Waiting } from '../../shared/waiting.tsx';
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
  if (tasks.isPending) {
    return <Waiting label="Loading the tasks" rowHeight={72} />;
  }
  if (tasks.isError) return <ErrorState error={tasks.error} onRetry={() => void tasks.refetch()} />;
  const items = tasks.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return (
      <EmptyState
        icon={<IconListCheck />}
        title={status === undefined ? 'No tasks yet' : 'No task is in this state'}
      >
        Adding documents starts one. It shows here how far it has come, and can be cancelled or tried again.
      </EmptyState>
    );
  }
  return (
    <>
      <ul className={classes.list} aria-label="Tasks">
        {items.map((task) => (
          <TaskRow key={task.id} task={task} />
        ))}
      </ul>
      {tasks.hasNextPage && (
        <Button
          variant="subtle"
          fullWidth
          mt="md"
          loading={tasks.isFetchingNextPage}
          onClick={() => void tasks.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </>
  );
}
