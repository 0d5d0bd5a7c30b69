import { ActionIcon, Menu } from '@mantine/core';
import { IconDots, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Collection } from '../../../../client/index.ts';
import { useIsAtLeast } from '../../api/identity.ts';
import { useCollectionActions, useCollections } from '../../api/library.ts';
import type { LibrarySearch } from '../../app/search-params.ts';
import { Confirm } from '../../shared/confirm.tsx';
import { messageOf } from '../../shared/error-state.tsx';
import { formatNumber } from '../../shared/format.ts';
import { CollectionDialog } from './collection-dialog.tsx';
import classes from './collection-pane.module.css';

const route = getRouteApi('/signed-in/library');

/** The collection in the dialog; `new` makes one. */
type Editing = Collection | 'new' | null;

export function CollectionPane(props: { current: string | undefined }) {
  const collections = useCollections();
  const search = route.useSearch();
  const mayEdit = useIsAtLeast('power');
  const [editing, setEditing] = useState<Editing>(null);
  const [doomed, setDoomed] = useState<Collection | null>(null);

  return (
    <nav className={classes.pane} aria-label="Collections">
      <div className={classes.head}>
        <h2 className={classes.heading}>Collections</h2>
        {mayEdit && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="New collection"
            onClick={() => setEditing('new')}
          >
            <IconPlus size={18} />
          </ActionIcon>
        )}
      </div>
      <ul className={classes.list}>
        <li className={classes.item}>
          <Link
            to="/library"
            search={withoutCollection(search)}
            className={classes.link}
            data-current={props.current === undefined || undefined}
          >
            All documents
          </Link>
        </li>
        {collections.data?.map((collection) => (
          <CollectionItem
            key={collection.id}
            collection={collection}
            current={collection.id === props.current}
            menu={
              mayEdit && (
                <CollectionMenu
                  name={collection.name}
                  onEdit={() => setEditing(collection)}
                  onDelete={() => setDoomed(collection)}
                />
              )
            }
          />
        ))}
      </ul>
      {collections.isError && (
        <p className={classes.problem} role="alert">
          {messageOf(collections.error)}
        </p>
      )}
      {editing !== null && (
        <CollectionDialog
          collection={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(null)}
        />
      )}
      <DeleteCollection collection={doomed} current={props.current} onClose={() => setDoomed(null)} />
    </nav>
  );
}

function withoutCollection({ collection: _all, ...rest }: LibrarySearch): LibrarySearch {
  return rest;
}

function CollectionItem(props: { collection: Collection; current: boolean; menu: ReactNode }) {
  const { collection } = props;
  const search = route.useSearch();
  return (
    <li className={classes.item}>
      <Link
        to="/library"
        search={{ ...search, collection: collection.id }}
        className={classes.link}
        data-current={props.current || undefined}
      >
        <span className={classes.name}>{collection.name}</span>
        <span className={classes.count}>{formatNumber(collection.sources)}</span>
      </Link>
      {props.menu}
    </li>
  );
}

function CollectionMenu(props: { name: string; onEdit: () => void; onDelete: () => void }) {
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <ActionIcon
          className={classes.menu}
          variant="subtle"
          color="gray"
          aria-label={`Actions for the collection ${props.name}`}
        >
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} />} onClick={props.onEdit}>
          Rename and describe…
        </Menu.Item>
        <Menu.Item c="var(--rubric)" leftSection={<IconTrash size={16} />} onClick={props.onDelete}>
          Delete…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function DeleteCollection(props: {
  collection: Collection | null;
  current: string | undefined;
  onClose: () => void;
}) {
  const { remove } = useCollectionActions();
  const navigate = useNavigate();
  const { collection } = props;
  const close = () => {
    remove.reset();
    props.onClose();
  };
  const confirm = () => {
    if (collection === null) return;
    remove.mutate(collection.id, {
      onSuccess: () => {
        close();
        if (collection.id === props.current) void navigate({ to: '/library' });
      },
    });
  };
  return (
    <Confirm
      opened={collection !== null}
      title="Delete this collection?"
      act="Delete"
      pending={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onClose={close}
    >
      “{collection?.name}” goes away. Only an empty collection can be deleted: move or delete its documents
      first.
    </Confirm>
  );
}
